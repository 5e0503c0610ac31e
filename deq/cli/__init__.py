"""The command line ``python -m deq``: one file a command."""
