# Tests that belong to no single directory
