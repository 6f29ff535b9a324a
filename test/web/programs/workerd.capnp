# The program is bundled by `rows/fetch.ts`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .chat),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const chat :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "../.programs/fetch-workerd.mjs")],
  compatibilityDate = "2025-09-15",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [
    (name = "prefix", text = "/"),
    (name = "COLLECTOR", fromEnvironment = "COLLECTOR"),
    (name = "ROW", fromEnvironment = "ROW"),
  ],
);
