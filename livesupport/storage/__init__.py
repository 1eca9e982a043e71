"""The shell of SQL: how to open the database, what its tables are, and one file of queries per noun.

Only the services (`tickets`, `accounts`, `sites`), `app` and `cli` come here. A query takes the connection that
`Database.read()` or `Database.write()` gave, so a service decides what is one transaction. Queries turn rows into the
values of `livesupport.model` and decide nothing.
"""
