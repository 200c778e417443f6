"""What is told of a sentence beside its source, one module per kind of difference: pure, without models or documents.

    units, dates, bounds             amounts, days and limits, in one form however they are written
    negation, duties, conditions     what is denied, what one must or may, and what holds only if
    lists                            what a line that leads up to a list says of its items
    yes_or_no                        what a reply says to a question that has all of its words
    roles, binding, swaps            who does it to whom, and of what a name or a number is said
    lacking, changes, conflicts      what the source lacks, what it says has changed, and who says otherwise
    table_rows, extremes, brackets   rows of tables: what they say, which has the most, which the range of a number
    tells                            which row tells what is asked

`rag.support` weighs them into a verdict.
"""
