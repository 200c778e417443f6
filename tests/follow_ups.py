"""Conversations over `seeds/` whose last turn leans on what came before, or does not, and what should be found for it.

Written before anything was tuned, and not to be tuned on: docs/decisions/0015-follow-ups.md.
"""

from __future__ import annotations

from typing import NamedTuple

from rag.types import Turn


class Conversation(NamedTuple):
    """What a user asks last, the turns before it (user first, then in turn), and words of passages that answer it."""

    name: str
    before: tuple[str, ...]
    question: str
    quotes: tuple[str, ...]

    @property
    def history(self) -> tuple[Turn, ...]:
        """The turns before it."""
        return tuple(Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(self.before))


CONVERSATIONS = (
    Conversation(
        "ellipsis", ("What does the Gannet cost per hour?", "18 crowns."), "And the Curlew?", ("Boat: Curlew; Kind",)
    ),
    Conversation(
        "ellipsis_of_a_subject",
        ("How much is the Heron for an hour?", "An hour costs 9 crowns."),
        "And for a whole day?",
        ("Boat: Heron; Kind",),
    ),
    Conversation(
        "pronoun",
        ("Who is Mauricio Claver-Carone?", "He is special envoy for Latin America at the State Department."),
        "What did he explain?",
        ("Explained how the new interest", "set the plan in context"),
    ),
    Conversation(
        "why",
        ("Which offer for the mast step of the Curlew was taken?", "That of Brindle & Daughter."),
        "Why?",
        ("Brindle & Daughter, because the boat",),
    ),
    Conversation(
        "other_version",
        ("How long before the start can I cancel free of charge under version 2?", "At least 24 hours."),
        "And in version 1?",
        ("cancels at least 48 hours before", "48 hours before, 24 hours now"),
    ),
    Conversation(
        "other_year",
        ("What does the Gannet cost per hour in 2031?", "18 crowns."),
        "and in 2030?",
        ("goes up from 16 to 18 crowns",),
    ),
    Conversation(
        "what_about",
        ("Does Venezuela take deportation flights?", "It has a record of resisting them."),
        "What about Nicaragua?",
        ("Venezuela, Nicaragua and Cuba",),
    ),
    Conversation(
        "topic_switch",
        ("What does the Gannet cost per hour?", "18 crowns."),
        "Which file formats can be indexed?",
        ("Formats that are read",),
    ),
    Conversation(
        "topic_switch_back",
        ("How do I index a folder?", "Run rag index FOLDER."),
        "How many life jackets failed inspection?",
        ("9 of the 46 life jackets",),
    ),
    Conversation(
        "topic_switch_with_a_pronoun_inside",
        ("What does a picnic box cost?", "14 crowns."),
        "Where is Marco Rubio going, and what is at the top of his list?",
        ("About to visit Latin America", "Secretary of State Marco Rubio is due to travel"),
    ),
    Conversation(
        "tell_me_more",
        ("What is the Safe Third Countries initiative?", "It began in 2019."),
        "Tell me more.",
        ("The initiative called",),
    ),
    Conversation(
        "thanks_and_a_pronoun",
        ("What is the crackdown in El Salvador?", "A hard line on crime; constitutional rights were suspended."),
        "Thanks! And who leads it?",
        ("Under President Nayib Bukele", "Leads the crackdown", "led by President Nayib Bukele"),
    ),
    Conversation(
        "thanks_and_something_else",
        ("Who chairs the committee of the boat club?", "Isolde Farrowmere."),
        "Thank you. How do I check an answer that I saved last month?",
        ("rag verify ANSWER.json compares",),
    ),
    Conversation(
        "corrected_question",
        ("What does the Teal cost for a day?", "55 crowns."),
        "Sorry, I meant half a day.",
        ("Boat: Teal; Kind", "Four people who take the Teal"),
    ),
    Conversation(
        "corrected_name", ("What does the Heron cost for a day?", "40 crowns."), "No, the Moorhen.", ("Boat: Moorhen",)
    ),
    Conversation(
        "of_the_same_thing",
        ("How many life jackets failed the inspection?", "9 of 46."),
        "Who has to order new ones?",
        ("Pell Ostrander to order",),
    ),
    Conversation(
        "two_turns_back",
        ("Are new life jackets needed?", "Yes, 9 failed inspection.", "Who orders them?", "Pell Ostrander."),
        "By when?",
        ("Pell Ostrander to order",),
    ),
    Conversation(
        "demonstrative",
        ("May members of the club hire a boat?", "Yes, any member may."),
        "Is that allowed for visitors too?",
        ("Visitors may",),
    ),
    Conversation(
        "plural_pronoun",
        ("Who may sign for a boat?", "A member who has passed the safety briefing."),
        "how old do they have to be",
        ("must be at least 1", "Youngest person who may sign"),
    ),
    Conversation(
        "german", ("Wie viel kostet der Gannet pro Stunde?", "18 crowns."), "Und die Curlew?", ("Boat: Curlew; Kind",)
    ),
    Conversation(
        "french",
        ("Qui est Marco Rubio ?", "Secretary of State of the United States."),
        "Et où va-t-il ?",
        ("About to visit Latin America", "Secretary of State Marco Rubio is due to travel"),
    ),
    Conversation(
        "spanish",
        ("¿Qué es Tren de Aragua?", "A gang whose members might be moved to Salvadoran prisons."),
        "¿De dónde viene?",
        ("Tren de Aragua; Origin", "a gang from Venezuela"),
    ),
    Conversation(
        "italian",
        ("Quanto costa la Teal per mezza giornata?", "33 crowns."),
        "E in dicembre?",
        ("The same hire in December", "Boat: Teal; Kind"),
    ),
    Conversation(
        "what_others_say",
        ("What were the agreements of 2019?", "Safe Third Countries, meant to make asylum procedures simpler."),
        "What do critics say about them?",
        ("Access to asylum could shrink",),
    ),
    Conversation(
        "the_other_side",
        ("What do critics say about the crackdown in El Salvador?", "Rights were set aside."),
        "and supporters?",
        ("commend Bukele for his firmness",),
    ),
    Conversation(
        "then",
        ("When does Footnote refuse to answer?", "When the passages found do not hold the answer."),
        "Which exit code does it give then?",
        ("ends with exit code 3",),
    ),
    Conversation(
        "one_word",
        ("What does `--policy drop` do with an unsupported sentence?", "It is left out."),
        "and flag?",
        ("It stays and is marked",),
    ),
    Conversation(
        "it",
        ("Do members pay for damage to a boat?", "Yes, the member pays."),
        "Is there a limit to it?",
        ("The member pays for it up to",),
    ),
    Conversation(
        "within_the_topic",
        ("When do the new hire terms of the club take effect?", "On 1 April 2031."),
        "Who voted against?",
        ("one against",),
    ),
    Conversation(
        "in_the_topic_but_whole",
        ("How high is the deposit for a boat?", "120 crowns."),
        "What must a member pay who does not turn up?",
        ("A member who does not turn up pays",),
    ),
    Conversation(
        "small_talk_between",
        ("When is the next meeting of the committee?", "On 9 April 2031.", "Great, thanks!", "You are welcome."),
        "where?",
        ("Next meeting: 9 April 2031",),
    ),
    Conversation(
        "back_to_an_earlier_topic",
        ("How high is the deposit?", "120 crowns.", "Which boat is a canoe?", "The Moorhen."),
        "And when do I get the deposit back?",
        ("The deposit is returned within",),
    ),
)
