"""The speed of the Python client, beside those of other vendors in the same run.

    server    a service on loopback that speaks what each client asks for
    clients   the clients: how a program connects, gets a prompt, and renders it
    worker    the process that measures one client
    start     the same for its start
    report    the tables of `RESULTS.md`

All clients are measured in turn, in fresh processes of one interpreter, with the same prompts.
Times are processor time, user and system.
"""
