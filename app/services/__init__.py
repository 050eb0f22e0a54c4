"""Services: functions that change something.

They work in the transaction of the caller, who commits it: a service flushes at most. Only a function that takes an
`Engine` has transactions of its own. Where a function takes both `read_db` and `db`, it reads with the first, so that
`db` locks the database for writing as late as possible.

A service raises `Forbidden` if the actor's role lacks the permission, and `NotFound` if the row that it changes does
not exist or is out of the actor's scope.
"""
