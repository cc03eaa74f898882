"""PostgreSQL that comes with Viveka: the server's programs out of a wheel, the data in a folder of ours.

`place` says where everything lies and who runs the server, `cluster` starts and stops it, and `base` is
the Django backend that asks for it when the first connection is opened.
"""
