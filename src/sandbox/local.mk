# Sources and tests of src/sandbox
