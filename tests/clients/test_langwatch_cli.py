from tests.clients.running import Clients, NODE_MODULES

CLI = NODE_MODULES / "langwatch" / "dist" / "cli" / "index.js"


def test_x(clients: Clients) -> None:
    work = clients.folder / "work"
    work.mkdir()
    s = clients.server
    def go(*a, cwd=work):
        d = clients.run(["node", str(CLI), "prompt", *a], cwd=cwd)
        print("$", a, d.code, "\n", d.out, "\nERR", d.err)
    def show(cwd=work):
        for f in sorted(cwd.rglob("*")):
            if f.is_file(): print("--", f.relative_to(cwd)); print(f.read_text())
    go("init"); show()
    go("create", "cli/greet"); show()
    go("push"); show()
    go("push")
    y = next(work.rglob("*.prompt.yaml"))
    y.write_text(y.read_text().replace("helpful", "terse"))
    go("push"); show()
    print(s.call("GET", "/api/prompts/cli%2Fgreet").json)
    print(s.call("PUT", "/api/prompts/cli%2Fgreet", {"commitMessage": "elsewhere", "prompt": "You are from elsewhere."}).json)
    y.write_text(y.read_text().replace("terse", "rude"))
    go("sync"); show()
    print(s.call("GET", "/api/prompts/cli%2Fgreet").json)
    other = clients.folder / "other"; other.mkdir()
    go("init", cwd=other)
    go("add", "cli/greet", cwd=other); show(other)
    print(s.call("PUT", "/api/prompts/cli%2Fgreet", {"commitMessage": "elsewhere", "prompt": "You are from elsewhere again."}).status)
    go("pull", cwd=other); show(other)
    go("list", cwd=other)
    go("remove", "cli/greet", cwd=other); show(other)
    assert 0
