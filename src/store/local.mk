# Sources and tests of src/store
