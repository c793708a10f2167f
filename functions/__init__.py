"""The endpoints: one module, one function and one Lambda per row of the route table."""
