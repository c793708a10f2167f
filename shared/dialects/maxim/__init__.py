"""Maxim's dialect: `{"data": …}` for success, `{"error": {"message": …}}` for problems.

It consists of two APIs: the public one for scripts, and the runtime API of the SDKs, which has
another format (see `runtime`). A workspace is a team.
"""
