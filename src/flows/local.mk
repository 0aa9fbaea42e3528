# Sources and tests of src/flows
