"""Lives under faults: a load of whole lives, what may break under it, and whether what was answered is true.

site.py starts the servers, load.py lives, record.py keeps what was answered, truth.py compares that with the
database, trial.py does one fault and says how it went. The faults themselves are tests/fault/.
"""
