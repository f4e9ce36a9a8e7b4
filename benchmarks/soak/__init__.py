"""The memory of every process under a long, steady load of mixed files."""
