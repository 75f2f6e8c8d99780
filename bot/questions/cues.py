"""The small words of questions: which say what is asked for, which only hold the sentence together."""

from types import MappingProxyType

ALONE = ("now", "next", "today", "tomorrow", "help")  # commands without words

LOOK_UPS = MappingProxyType({"talk": "what", "speaker": "who"})  # commands with words, and what they ask for

PLACES = ("track", "room")  # those whose words may name a time too

COMMANDS = (*ALONE, "day", *LOOK_UPS, *PLACES)

STOP = frozenset(
    """
    a an the this that these those it its of on in at to for from by with about into onto over as and or but not no nor
    is are was were be been being am do does did done doing have has had having will would shall should can could may
    might must i me my mine we us our you your he him his she her hers they them their who whom whose which what when
    where why how there here then than so if else also too very just only please pls plz ok okay hey hi hello
    some any anything something nothing all every each both more most much many few lot lots other another same
    get gets give gives got show tell know see find want need like go going goes come comes happen happens happening
    let lets make say says said thing things stuff guy girl lady man woman person people folks somebody someone anybody anyone
    s t re ve ll d m im ive id dont doesnt isnt arent cant wont didnt couldnt shouldnt wouldnt havent hasnt wasnt werent whats whos whens wheres thats theres youre
    up out off yes yeah well really actually currently right still ever wondering wonder looking interested hear heard
    anywhere somewhere everywhere nowhere maybe perhaps someone everyone everybody
    already yet far aka via vs per etc within during near nearby between among under without against toward towards through until
    thanks thank thx cheers sorry bother
    mr mrs ms dr prof professor sir
    wer wann wo wie der die das ein eine einen ist sind im am zu und oder gibt es uber von mit fur vom zum zur ich du weiss jemand kann man bitte vortrag vortrage
    qui quand ou est le la les un une des du sur au aux et il elle avec pour dans
    quien cuando donde es el los las una sobre con y en por que como hay
    """.split()
)

# What is true of every session; said of one, these words find nothing.
NOUNS = frozenset(
    """
    talk talks session sessions presentation presentations speech speeches lecture lectures slot slots event events
    speaker speakers presenter presenters speak speaks speaking spoke spoken talking talked present presents presenting
    presented host hosts hosting hosted gave cover covers covering covered mention mentions mentioning mentioned discuss
    discusses discussing discussed explain explains explaining deal deals dealing attend attending watch watching miss
    missed start starts starting started begin begins beginning end ends ending finish finishes finished location
    located place venue room rooms hall stage time times schedule programme program agenda track tracks devroom devrooms
    learn learned learnt topic topics subject day days conference congress convention symposium festival meetup title name names called named list scheduled planned related regarding concerning
    """.split()
)

TRACK_NOUNS = frozenset("track tracks devroom devrooms stream streams summit minisummit series theme strand".split())

ROOM_NOUNS = frozenset("room rooms hall stage auditorium theatre theater hallway".split())

# Which of several sessions is meant: the edge of a day, or of the whole conference.
EDGES = MappingProxyType(
    dict.fromkeys("first earliest starts kicks".split(), "first")
    | dict.fromkeys("last latest ends".split(), "last")
    | dict.fromkeys("opening opens opened opener".split(), "opening")
    | dict.fromkeys("closing closes closed final".split(), "closing")
)

OTHER = -2  # "the other one", of two

ORDINALS = MappingProxyType(
    {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
    | {
        "sixth": 6,
        "6th": 6,
        "seventh": 7,
        "7th": 7,
        "eighth": 8,
        "8th": 8,
        "ninth": 9,
        "9th": 9,
        "tenth": 10,
        "10th": 10,
    }
    | {"last": -1, "other": OTHER}
)

PRACTICAL = frozenset(
    """
    wifi wlan internet password ssid toilet toilets restroom restrooms bathroom bathrooms loo wc lunch breakfast dinner
    coffee tea drink drinks food eat eating snack snacks vegan vegetarian halal kosher gluten beer bar pub restaurant
    restaurants party afterparty parking park car cars taxi taxis uber bus buses train trains tram metro subway station
    airport flight shuttle bike hotel hotels hostel accommodation sleep badge badges ticket tickets refund invoice
    receipt registration register checkin cloakroom wardrobe coat coats jacket luggage locker lockers bag bags backpack
    shower showers charger charge charging socket sockets plug outlet doctor medic medical aid nurse pharmacy emergency
    ambulance police slides recording recordings recorded video videos stream livestream youtube address map entrance
    exit elevator lift stairs wheelchair smoking smoke prayer childcare tshirt shirt shirts swag merch merchandise lost
    cash atm bank queue supermarket shop harassment photo photos wallet phone keys umbrella stolen hungry thirsty doors conduct quiet
    duschen toiletten essen strom mittagessen kaffee
    """.split()
)
