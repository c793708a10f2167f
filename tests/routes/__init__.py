"""A good call of every route, and the scene that the calls are made in.

Each dialect has its calls in a module of its name. Whatever must hold for all routes is tested over
all of them (`tests/contract/test_every_route.py`); a route without a good call fails there by name.
"""
