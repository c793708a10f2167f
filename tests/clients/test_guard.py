"""The tests of the tests: a client that contacts anybody else does not get away with it."""

import pytest

from tests.clients.programs import PYTHON, Clients

# Addresses and names that are kept free for examples: nobody is there even without a guard.
ADDRESS, NAME = "192.0.2.1", "registry.invalid"

PYTHON_PROGRAMS = {
    f"contacted {ADDRESS}:443": f"import socket; socket.socket().connect(({ADDRESS!r}, 443))",
    f"contacted the name {NAME}": f"import socket; socket.getaddrinfo({NAME!r}, 443)",
    f"asked a proxy: CONNECT {NAME}:443": f"import httpx; httpx.get('https://{NAME}/')",
    f"asked a proxy: GET http://{NAME}/": f"import requests; requests.get('http://{NAME}/')",
    "contacted 127.0.0.1:9": "import socket; socket.create_connection(('127.0.0.1', 9))",
}
NODE_PROGRAMS = {
    f"contacted {ADDRESS}:443": f"require('node:net').connect(443, '{ADDRESS}')",
    f"contacted {NAME}:443": f"fetch('https://{NAME}/')",
    f"contacted {NAME}:80": f"require('node:http').get('http://{NAME}/')",
    f"contacted the name {NAME}": f"require('node:dns').promises.lookup('{NAME}')",
    "contacted 127.0.0.1:9": "require('node:tls').connect({ port: 9, host: 'localhost' })",
}


@pytest.mark.parametrize("seen", PYTHON_PROGRAMS)
def test_what_a_python_client_contacts_is_seen(clients: Clients, seen: str) -> None:
    with pytest.raises(AssertionError) as failure:
        clients.run([str(PYTHON), "-c", PYTHON_PROGRAMS[seen]])

    assert seen in str(failure.value)


@pytest.mark.parametrize("seen", NODE_PROGRAMS)
def test_what_a_node_client_contacts_is_seen(clients: Clients, seen: str) -> None:
    with pytest.raises(AssertionError) as failure:
        clients.run(["node", "--eval", NODE_PROGRAMS[seen]])

    assert seen in str(failure.value)


def test_a_client_without_the_guard_is_seen(clients: Clients) -> None:
    with pytest.raises(AssertionError, match="nothing guarded"):
        clients.run([str(PYTHON), "-S", "-c", "pass"])


def test_the_server_may_be_contacted(clients: Clients) -> None:
    health = f"{clients.server.demo['base_url']}/v1/health"

    by_python = clients.run(
        [str(PYTHON), "-c", f"import httpx; print(httpx.get({health!r}).status_code)"]
    )
    by_node = clients.run(["node", "--eval", f"fetch('{health}').then(a => console.log(a.status))"])

    assert (by_python.out, by_node.out) == ("200\n", "200\n")
