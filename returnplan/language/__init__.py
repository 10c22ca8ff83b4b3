"""Languages: the words of pages and charts, and what gates, causes and stages are called.

In: a sentence in English, as a literal. Out: the sentence in another language, with numbers and
dates as its readers write them.

``words`` one object a language; ``names`` words of gates, causes, skills; ``catalogues`` GNU
gettext, one ``.po`` file a language.

To add a language: its code in ``words.LANGUAGES``, then ``make words``, and fill in the catalogue.
"""
