import ts from '@typescript/typescript6'

/** What a module imports and declares at its top level. */
export interface TopLevel {
  /** One import statement for each imported name. */
  readonly imports: ReadonlyMap<string, string>
  readonly declared: ReadonlySet<string>
}

export function readTopLevel(code: string): TopLevel {
  const { statements } = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true)
  const imports = new Map<string, string>()
  const declared = new Set<string>()
  for (const statement of statements) {
    if (ts.isImportDeclaration(statement)) addImports(statement, imports)
    else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) addNames(name, declared)
    } else if ('name' in statement && statement.name) declared.add((statement.name as ts.Identifier).text)
  }
  return { imports, declared }
}

function addNames(name: ts.BindingName, names: Set<string>): void {
  if (ts.isIdentifier(name)) names.add(name.text)
  else for (const element of name.elements) if (ts.isBindingElement(element)) addNames(element.name, names)
}

function addImports({ importClause, moduleSpecifier }: ts.ImportDeclaration, imports: Map<string, string>) {
  if (!importClause) return
  const from = `from ${moduleSpecifier.getText()}`
  const keyword = importClause.isTypeOnly ? 'import type' : 'import'
  const { name, namedBindings } = importClause
  if (name) imports.set(name.text, `${keyword} ${name.text} ${from}`)
  if (!namedBindings) return
  if (ts.isNamespaceImport(namedBindings)) {
    imports.set(namedBindings.name.text, `${keyword} ${namedBindings.getText()} ${from}`)
  } else {
    for (const element of namedBindings.elements) {
      imports.set(element.name.text, `${keyword} { ${element.getText()} } ${from}`)
    }
  }
}
