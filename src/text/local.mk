# Sources and tests of src/text
