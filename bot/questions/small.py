"""Small talk and practical questions: what is no talk and must not be answered with one."""

import re

from bot.questions.answers import Practical, Reply, SmallTalk
from bot.questions.asking import Asking
from bot.search.words import words

_TOPICS = (
    (
        "greeting",
        r"(?:good )?(?:hi+|hello|hey+|hiya|howdy|yo|morning|afternoon|evening|day|moin|hallo|servus)(?: (?:there|bot|all|everyone|everybody|folks|team))*",
    ),
    ("thanks", r".*\b(?:thanks?|thank you|thx|ty|cheers|much appreciated|merci|danke|gracias)\b.*"),
    ("bye", r"(?:bye|goodbye|bye bye|see (?:you|ya)(?: \w+)?|good ?night|later|cya|ciao)"),
    (
        "mood",
        r"(?:how (?:are|r) (?:you|u|ya)|how'?s it going|how do you do|what'?s up|sup|are you (?:ok|okay|well|tired|bored))(?: \w+)?",
    ),
    (
        "self",
        r"(?:who|what) (?:are|r) (?:you|u)|are you (?:a |an )?(?:bot|human|robot|real|ai|alive|person|chatgpt)|what'?s your name|who (?:made|built|wrote|created) you|your name",
    ),
    (
        "praise",
        r"(?:nice|great|cool|good(?: job| bot| one)?|awesome|perfect|wow|excellent|brilliant|lovely|love (?:it|you)|i (?:love|like) (?:you|this|it)|well done|super|amazing|you (?:are|r)(?: \w+)* (?:great|awesome|cool|nice|cute|the best))",
    ),
    (
        "sorry",
        r"(?:sorry|my bad|never ?mind|forget it|oops|stop|bad bot|you suck|(?:you are|you're|this is) (?:stupid|useless|boring|rubbish|bad|wrong|broken))",
    ),
    (
        "chat",
        r"(?:ok(?:ay)?|yes|no|yep|nope|lol|haha+|hmm+|test(?:ing)?|ping|what|why|who|really|sure|hello world|foo|foo bar|\W*)",
    ),
    (
        "chat",
        r".*\b(?:joke|weather|football|soccer|the match|horoscope|lottery|meaning of life|marry me|sing (?:me|a)|poem|recipe|capital of|president of|stock price|bitcoin price)\b.*|who won .*|i(?:'m| am) (?:bored|tired|hungry|lost|cold|drunk|sad|happy)",
    ),
)
_TOPIC = tuple((topic, re.compile(pattern)) for topic, pattern in _TOPICS)
_HELP = re.compile(
    r"(?:what (?:can|do) you (?:do|know)|what can i ask(?: you)?|how (?:do|does) (?:this|you|it) work|how do i use (?:this|you)|help(?: me)?(?: please)?|commands|usage|\?+)"
)

PRACTICAL = frozenset(
    [
        "wifi",
        "wlan",
        "internet",
        "password",
        "ssid",
        "toilet",
        "toilets",
        "restroom",
        "restrooms",
        "bathroom",
        "bathrooms",
        "loo",
        "wc",
        "lunch",
        "breakfast",
        "dinner",
        "coffee",
        "tea",
        "drink",
        "drinks",
        "food",
        "eat",
        "eating",
        "snack",
        "snacks",
        "vegan",
        "vegetarian",
        "halal",
        "kosher",
        "gluten",
        "beer",
        "bar",
        "pub",
        "restaurant",
        "restaurants",
        "party",
        "afterparty",
        "parking",
        "park",
        "car",
        "cars",
        "taxi",
        "taxis",
        "uber",
        "bus",
        "buses",
        "train",
        "trains",
        "tram",
        "metro",
        "subway",
        "station",
        "airport",
        "flight",
        "shuttle",
        "bike",
        "hotel",
        "hotels",
        "hostel",
        "accommodation",
        "sleep",
        "badge",
        "badges",
        "ticket",
        "tickets",
        "refund",
        "invoice",
        "receipt",
        "registration",
        "register",
        "checkin",
        "cloakroom",
        "wardrobe",
        "coat",
        "coats",
        "luggage",
        "locker",
        "lockers",
        "bag",
        "bags",
        "shower",
        "showers",
        "charger",
        "charge",
        "charging",
        "socket",
        "sockets",
        "power",
        "plug",
        "outlet",
        "doctor",
        "medic",
        "medical",
        "aid",
        "nurse",
        "pharmacy",
        "emergency",
        "ambulance",
        "police",
        "fire",
        "slides",
        "recording",
        "recordings",
        "recorded",
        "video",
        "videos",
        "stream",
        "livestream",
        "youtube",
        "address",
        "map",
        "venue",
        "entrance",
        "exit",
        "elevator",
        "lift",
        "stairs",
        "wheelchair",
        "smoking",
        "smoke",
        "quiet",
        "prayer",
        "nursing",
        "baby",
        "childcare",
        "kids",
        "children",
        "tshirt",
        "shirt",
        "shirts",
        "swag",
        "merch",
        "merchandise",
        "lost",
        "found",
        "cash",
        "atm",
        "bank",
        "queue",
        "supermarket",
        "shop",
        "conduct",
        "harassment",
        "photo",
        "photos",
        "wallet",
        "phone",
        "keys",
        "umbrella",
        "stolen",
    ]
)
_TOPICAL = re.compile(
    r"\b(?:talks?|sessions?|presentations?|workshops?|speakers?|track|devroom|keynotes?)\b|\bwho\b|\babout\b"
)


def small_talk(asking: Asking) -> Reply | None:
    """A friendly word, when that is all the message is."""
    said = " ".join(asking.question.text.lower().split()).strip("!?.,:;)( ")
    for topic, pattern in _TOPIC:
        if pattern.fullmatch(said) and len(said) < 80:
            return asking.reply(SmallTalk(topic))
    return None


def wants_help(text: str) -> bool:
    """Whether a message asks what the bot can do."""
    return bool(_HELP.fullmatch(" ".join(text.lower().split()).strip("!., ")))


def practical(asking: Asking) -> Reply | None:
    """Wifi, lunch, toilets: answered from the schedule's info and breaks, else with a friendly pointer."""
    question = asking.question
    said = {word.word for word in question.words}
    for info in asking.schedule.info:
        if any(set(words(phrase)) <= said for phrase in info.ask):
            return asking.reply(Practical(" ".join(info.ask[:1]), info.answer))
    about = [word.word for word in question.about]
    named = [word for word in about if word in PRACTICAL]
    if not named or _TOPICAL.search(question.text.lower()):
        return None
    if any(word not in PRACTICAL and not asking.index.lexicon.is_ordinary(word) for word in about):
        return None
    pause = next(
        (talk for talk in asking.schedule.talks if talk.is_break and _names(talk.kind, talk.title, named)), None
    )
    return asking.reply(Practical(" ".join(named), pause=pause))


def _names(kind: str, title: str, named: list[str]) -> bool:
    return not set(words(f"{kind} {title}")).isdisjoint(named)
