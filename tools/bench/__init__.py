"""The speed of the service, measured beside its floor in the same run.

    goals     what is measured, and the goal of each
    figures   series of measurements, and their ratios with the spread
    packages  deployed code and layer, of this checkout or of another commit
    scene     prompts in DynamoDB Local, and the events of calls
    starts    from the start of a process to its first answer
    floor     the function that starts are compared with
    warm      processor time of a call, without AWS's
    replay    the process that `warm` starts
    engines   template languages beside plain Jinja2
    templates the process that `engines` starts
    report    the tables of `RESULTS.md`
    tables    tables and the document, which other measurements have too

Processor time is user and system time, which another load on the machine changes less than the time
on the clock. Whatever is compared is measured in turn, so that a busy moment affects all of it.
"""
