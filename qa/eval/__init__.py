"""Known questions -> numbers and reports.

``sets`` (our own JSONL), ``squad``, ``beir``, ``trec`` and ``spans`` read question sets; ``keep`` keeps one in order:
``check`` says what is wrong with it, ``duplicates`` what it asks twice, ``anchor`` where quotes of changed documents
stand now, ``draft`` proposes questions, ``edit`` changes its file.

``plan`` says what to run, ``run`` asks in batches over the ``engine``, ``scoring`` scores what came back, ``journal``
keeps it while it runs, ``folder`` for good. ``report`` sums it up; ``tables``, ``html`` and ``charts`` show it, and
``gates`` turns it into an exit status. ``service`` is all of that as functions, for scripts and the screen;
``variants`` and ``vary`` run it in several ways, over indexes that ``workshop`` makes. ``calibrate`` fits the
confidence to a set. ``cli`` is the command and ``job`` one invocation of it.
"""
