# Sources and tests of src/engine
