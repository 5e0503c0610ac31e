"""Pictures as people have them: where the ink is, which of it is the digit, whether it is one."""
