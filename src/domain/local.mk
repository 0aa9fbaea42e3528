# Sources and tests of src/domain
