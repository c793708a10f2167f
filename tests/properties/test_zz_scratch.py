import collections, re, pytest, time
import tests.properties.test_registry_machine as m
from shared.domain import versions, prompts as P
from dataclasses import replace


def test_depth(registry, memory, join):
    seen = collections.Counter()
    steps = 0
    orig = m.Machine.attempt

    def attempt(self, client, method, path, body, expected, **k):
        r = orig(self, client, method, path, body, expected, **k)
        p = re.sub(r"[0-9a-f-]{36}", "ID", path)
        p = re.sub(r"versions/[^/]+", "versions/V", p)
        p = re.sub(r"tags/.*", "tags/T", p)
        seen[(method, p, "ok" if r[0] is not None else "no")] += 1
        return r

    m.Machine.attempt = attempt
    lasts = []
    td = m.Machine.teardown

    def teardown(self):
        lasts.append(
            (
                len(self.model.prompts),
                [p.last for p in self.model.prompts],
                [p.live for p in self.model.prompts],
                max([len(p.events) for p in self.model.prompts], default=0),
            )
        )
        td(self)

    m.Machine.teardown = teardown
    t = time.time()
    try:
        m.test_the_registry_does_what_its_model_does(registry, memory, join)
    finally:
        m.Machine.attempt = orig
        m.Machine.teardown = td
    for k, v in sorted(seen.items()):
        print(k, v)
    print(sum(seen.values()), time.time() - t)
    print(lasts)


def bad_delete(prompt, version, act):
    c = ORIG["delete"](prompt, version, act)
    if c.events and c.events[0].kind == "version.deleted" and version.number == prompt.last_version:
        return replace(c, after=replace(c.after, last_version=prompt.last_version - 1))
    return c


def bad_tags(prompt, version, act):
    c = ORIG["delete"](prompt, version, act)
    return replace(c, after=replace(c.after, tags=prompt.tags))


def bad_draft(version):
    return None


def bad_archive(prompt, version, act):
    c = ORIG["archive"](prompt, version, act)
    return replace(c, after=replace(c.after, live_version=prompt.live_version))


ORIG = {
    "delete": versions.delete,
    "archive": versions.archive,
    "require_draft": versions.require_draft,
}


@pytest.mark.parametrize(
    "name,fn",
    [
        ("delete", bad_delete),
        ("delete", bad_tags),
        ("require_draft", bad_draft),
        ("archive", bad_archive),
    ],
)
def test_mutants(name, fn, registry, memory, join, monkeypatch):
    monkeypatch.setattr(versions, name, fn)
    with pytest.raises(BaseException) as e:
        m.test_the_registry_does_what_its_model_does(registry, memory, join)
    print("KILLED", name, fn.__name__, type(e.value).__name__, str(e.value)[:200])
