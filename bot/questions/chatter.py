"""What people say to a bot that is no question about the schedule, as patterns over a whole message."""

import re

_ALL = r"(?: (?:there|bot|all|everyone|everybody|folks|team|guys|again|dear|friends?))*"

_VERY = r"(?:(?:so|really|very|pretty|quite|super|just|too|the|an?|all|such) )*"

_GOOD = (
    r"(?:good|great|nice|cool|awesome|amazing|perfect|excellent|brilliant|lovely|wonderful|fantastic|best|fun|funny|super"
    r"|cute|smart|helpful|interesting|impressive|beautiful|gorgeous|delicious|tasty|wow)"
)

_BAD = (
    r"(?:bad|boring|stupid|useless|rubbish|wrong|broken|terrible|awful|slow|lame|annoying|dumb|horrible|crap|worst|down"
    r"|too loud|too (?:hot|cold))"
)

_IS = r"(?:is|was|are|were|'s|'re|looks|sounds|feels)"

_IT = r"(?:you|u|it|this|that|the|these|those)(?: \w+){0,2}?"

_THING = r"(?!(?:who|what|when|where|why|how|which|is|are|do|does|can)\b)\w+(?: \w+){0,2}?"

_YOU = r"(?:you|u|ya)"

_BE = r"(?:are|r|were|is)"

_DID = r"(?:do|did|would|can|will|could|have|should)"

_TOPICS = (
    (
        "greeting",
        r"(?:good )?(?:hi+|hello|hey+|hej|hiya|howdy|yo|morning|afternoon|evening|day|moin|hallo|guten (?:morgen|tag|abend)"
        rf"|hola|salut|bonjour|servus|ciao|aloha|greetings){_ALL}",
    ),
    (
        "thanks",
        r"(?:(?:ok|okay|great|cool|nice|perfect|awesome|good|wow|alright|many|super)[,.! ]*)*"
        rf"(?:thanks?|thank {_YOU}|thx|ty|tysm|cheers|much appreciated|merci|danke|gracias|tack|grazie)"
        rf"(?: (?:so much|a lot|very much|a ton|a million|{_YOU}|for .{{1,60}}|again|anyway))*{_ALL}",
    ),
    (
        "bye",
        rf"(?:good)?bye(?:[ -]?bye)?{_ALL}|see {_YOU}(?: \w+)?|good ?night{_ALL}|later|cya|have a (?:good|nice|great) .{{1,30}}",
    ),
    (
        "mood",
        rf"(?:how (?:are|r) {_YOU}(?: doing| feeling)?|how'?s (?:it going|life|everything)|how do {_YOU} (?:do|feel)|what'?s up"
        rf"|sup|are {_YOU} (?:ok|okay|well|tired|bored|happy|busy|there|awake|single))(?: (?:today|now|there|bot|man))?",
    ),
    (
        "self",
        rf"(?:who|what) {_BE} {_YOU}(?: really| exactly)?|how \w+ {_BE} {_YOU}|who (?:made|built|wrote|created|programmed) {_YOU}"
        rf"|are {_YOU} (?:an? )?(?:real |smart )?(?:bot|human|robot|real|ai|alive|person|chatgpt|machine)(?: .*)?"
        r"|(?:.*\b)?your (?:name|age|favou?rite|(?:phone )?number)\b.*"
        rf"|{_DID} {_YOU} (?:love|hate|sing|dance|speak|feel|dream|sleep|remember|hear|eat|drink|believe|marry|want to)\b.*"
        rf"|what {_DID} {_YOU} (?:think|like|want|feel|eat|say|believe)\b.*|what .{{1,30}} do {_YOU} (?:like|prefer|love|hate)",
    ),
    (
        "praise",
        r"(?:well done|good (?:job|bot|boy|one|work|stuff)|gg|nice (?:one|try|work)|congrat\w*"
        rf"|{_GOOD} (?:talk|session|conference|event)|i {_VERY}(?:love|like|enjoy(?:ed)?) (?:{_YOU}|this|it|that)(?: .{{0,30}})?"
        rf"|love (?:it|{_YOU})|{_GOOD}|{_IT} ?{_IS} {_VERY}{_GOOD}(?: .{{0,20}})?|{_IT} rocks"
        rf"|{_THING} {_IS} {_VERY}{_GOOD}|(?:the )?(?:best|greatest|nicest) \w+(?: \w+)? ever)",
    ),
    (
        "sorry",
        rf"(?:sorry(?: .{{0,30}})?|my bad|never ?mind|nvm|forget it|oops|stop(?: it)?|shut up|bad bot|{_IT} (?:sucks?|stinks)|damn"
        rf"|wtf|omg|{_IT} ?{_IS} {_VERY}{_BAD}(?: .{{0,20}})?)",
    ),
    (
        "chat",
        r"(?:ok(?:ay)?|yes|no|yep|nope|yeah|lo+l|(?:ha){2,}|hmm+|test(?:ing)?|ping|really|sure|huh|hello world|k|x"
        rf"|foo(?: bar)?|happy (?:\w+day|new year|holidays?|christmas|easter)(?: \w+)?|(?:ok|lol|haha|yes|no|well|wow)[, ]+(?:ok|lol|haha|yes|no|well|{_IT} ?{_IS} {_GOOD}))",
    ),
    (
        "chat",
        r".*\b(?:jokes?|weather|football|soccer|the match|the score|horoscope|lottery|meaning of life|marry me|poem|haiku|recipe"
        r"|capital of|president of|stock price|world cup|olympics|system prompt|your (?:instructions|prompt|rules)"
        r"|(?:previous|prior|above|earlier) instructions|(?:text|everything) above|temperature outside|sky blue)\b.*",
    ),
    (
        "chat",
        r"(?:who|which team) (?:won|will win|is winning|is going to win|'s going to win)\b.*"
        r"|is it (?:raining|snowing|sunny|cold|hot|warm)(?: .*)?|will it (?:rain|snow).*"
        r"|tell me (?:something|a (?:story|secret|fact))(?: \w+)?|say (?:something|hi|hello)\b.*|what (?:day|date|year) is (?:it|today)"
        r"|(?:can i|could i|may i) have your\b.*|(?:make|bring|buy|get) me an? \w+(?: \w+)?|how many people .*",
    ),
    (
        "chat",
        rf"i(?:'m| am| feel) {_VERY}(?:bored|tired|hungry|lost|cold|drunk|sad|happy|late|sick|ill|excited|here|back)(?: .{{0,20}})?"
        r"|i have an? (?:headache|hangover|cold)"
        rf"|(?:{_YOU}|{_YOU}'re|youre) (?:{_BE} )?(?:now |not |an? |my |going to |must |will |should ).*"
        r"|(?:please )?(?:ignore|forget|pretend|disregard|act as|sing|repeat|translate|roleplay|imagine|reveal|system:)\b.*"
        r"|write (?:me )?(?:an? )?(?:\w+ )?(?:poem|story|essay|song|haiku|code|script|email|letter)\b.*",
    ),
)

TOPICS = tuple((topic, re.compile(pattern)) for topic, pattern in _TOPICS)

HELP = re.compile(
    r"(?:what (?:can|do) you (?:do|know|answer)|what can i ask(?: you)?|how (?:do|does) (?:this|you|it)(?: bot)? work"
    r"|how (?:do|can) i use (?:this|you|it)|(?:can you )?help(?: me)?(?: please)?|commands|usage|manual|\?+)"
)

VOCATIVE = re.compile(
    r"^(?:(?:hi|hey|hello|ok|okay|dear|yo)\b[,!]? ?)+(?:(?:there|bot|qcon\w*|all|everyone|everybody|folks|team|guys)\b)?[,!:.]* ?",
    re.IGNORECASE,
)

# A statement of a program, a template or a path: nobody asks about a session like that.
CODE = re.compile(
    r"(?=.*[;*='\"])(?:.*\b(?:select|drop|insert|delete|update|union|alter)\b.*\b(?:from|table|into|where|set|select)\b)"
    r"|.*(?:['\")]\s*;\s*--|\{\{.*\}\}|\$[{(]|(?:\.\./){2}|\bor\b\s+['\"]?\d['\"]?\s*=\s*['\"]?\d"
    r"|\b(?:near|and|or)\([^)]*\)\s+or\b|\w+:[\"']?\*|\{\s*[\"']\w+[\"']\s*:"
    r"|\b\w+\.\w+\([^)]*\)|;\s*(?:rm|cat|ls|curl|wget|sh|bash)\s|\bon(?:error|load|click)\s*=)",
    re.IGNORECASE,
)
