"""The command line ``python -m deq``: one file a command, and `common` for what they share."""
