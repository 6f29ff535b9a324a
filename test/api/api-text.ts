// The public interface of an entry point as text, from its published declarations: every exported name with its full
// type, then the unexported types of the same package that these mention. What another package of this repository
// declares is named, and not repeated. Comments, file names and positions are left
// out, so that only a change of a type changes the text.
import { relative } from 'node:path'
import ts from '@typescript/typescript6'
import { packageName } from '../../scripts/packages/entry-points.mjs'

const printer = ts.createPrinter({ removeComments: true })

/** The interface of the entry point with this declaration file. */
export function apiText(name: string, entry: string): string {
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true,
    types: [],
  })
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(entry)
  const module = file && checker.getSymbolAtLocation(file)
  if (module === undefined) throw new Error(`${entry} is not a module; build the packages first`)
  const dist = entry.slice(0, entry.lastIndexOf('/dist/') + '/dist/'.length)
  const isOurs = (node: ts.Node) => !relative(dist, node.getSourceFile().fileName).startsWith('..')

  const exports = checker.getExportsOfModule(module)
  const exported = exports.map((symbol) => resolved(symbol, checker))
  const mentioned = new Set(exported)
  for (const symbol of mentioned) {
    for (const node of declarationsOf(symbol)) {
      for (const other of symbolsIn(node, checker))
        if (declarationsOf(other).some(isOurs)) mentioned.add(other)
    }
  }
  const others = [...mentioned].filter((symbol) => !exported.includes(symbol))
  const isForeign = (symbol: ts.Symbol) => !declarationsOf(symbol).some(isOurs)
  return [
    `// ${name}, as it is published. Written by "pnpm api:update"; a change here is a change for users.\n`,
    ...exports.filter((symbol) => isForeign(resolved(symbol, checker))).flatMap(passedOn(checker)),
    ...printed([...new Set(exported)].filter((symbol) => !isForeign(symbol))),
    ...exports.flatMap((symbol) => renamed(symbol.name, resolved(symbol, checker).name)),
    ...(others.length > 0 ? ['// Mentioned above, and not exported here:\n', ...printed(others)] : []),
  ].join('\n')
}

const resolved = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol

/** The statements that declare a symbol; empty for a type parameter or a property. */
function declarationsOf(symbol: ts.Symbol): ts.Statement[] {
  return (symbol.declarations ?? []).flatMap((node) => {
    const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node
    return ts.isStatement(statement) && ts.isSourceFile(statement.parent) ? [statement] : []
  })
}

function symbolsIn(node: ts.Node, checker: ts.TypeChecker): ts.Symbol[] {
  const symbols: ts.Symbol[] = []
  const visit = (child: ts.Node): void => {
    const symbol = ts.isIdentifier(child) ? checker.getSymbolAtLocation(child) : undefined
    if (symbol !== undefined) symbols.push(resolved(symbol, checker))
    ts.forEachChild(child, visit)
  }
  visit(node)
  return symbols
}

/** What is exported of another package, by the package: `export { usingSession } from '@otel-sessions/processor'`. */
const passedOn = (checker: ts.TypeChecker) => (symbol: ts.Symbol) => {
  const { name, declarations: [node] = [] } = resolved(symbol, checker)
  const [, folder = ''] = /\/packages\/([\w-]+)\/dist\//.exec(node?.getSourceFile().fileName ?? '') ?? []
  return `export { ${name} } from '${packageName(folder)}';\n`
}

const renamed = (exported: string, declared: string) =>
  exported === declared ? [] : [`export { ${declared} as ${exported} };\n`]

function printed(symbols: readonly ts.Symbol[]): string[] {
  const byName = (one: ts.Symbol, other: ts.Symbol) => (one.name < other.name ? -1 : 1)
  return symbols.toSorted(byName).map((symbol) => {
    const texts = declarationsOf(symbol).map((node) =>
      printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()),
    )
    return `${texts.join('\n')}\n`
  })
}
