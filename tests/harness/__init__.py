"""A private Rigger on this machine: PostgreSQL, responder and nginx in one temporary
directory, on free ports.

Used by the tests, the demonstration and the benchmark alike. Nothing of the system's own servers
is touched, and nothing stays behind.
"""
