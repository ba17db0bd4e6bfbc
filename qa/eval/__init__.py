"""Known questions -> numbers and reports.

``sets`` (our own JSONL), ``squad``, ``beir`` and ``spans`` read question sets, ``check`` says what is wrong
with one; ``run`` asks them; ``folder`` keeps what came out; ``report`` sums it up, ``tables`` prints it and
``gates`` turns it into an exit status. ``cli`` is the command, ``job`` carries it out on the ``engine``.
"""
