"""What a platform moderates: rows for the moderation head, {"text": …, "label": …} a line.

    python3 src/slm/train/moderation.py [SHARED] > rows.jsonl
    weir teach moderation --in rows.jsonl --out src/slm/moderation.bin     (with all-MiniLM-L6-v2 as slm)

Labels are the leaves of OpenAI's categories; a text is of one of them, and what stands above it (hate above hate/threatening, violence above
threats) is added up in src/policy/moderation.c. Everything is from templates of our own, restrained: a classifier has to know the theme and
who is meant, not the worst that can be said. What only sounds so (a process that is killed, a history lesson, a clinic's leaflet, a novel) is
harmless. SHARED is ../shared/data, whose everyday questions (CLINC, BANKING77) are harmless, too.
"""

import json
import pathlib
import random
import sys

from prompts import SLOTS, fill, roughen

MORE = {
    "group": ["immigrants", "Muslims", "Jews", "Christians", "gay people", "trans people", "women", "black people", "white people", "Mexicans", "Chinese people", "Roma", "disabled people",
              "refugees", "Arabs", "Indians", "autistic people", "old people", "lesbians", "Hindus", "asylum seekers", "Africans"],
    "vile": ["vermin", "a disease", "animals", "parasites", "less than human", "trash", "a plague on this country", "too stupid to vote", "liars by nature", "all criminals", "a mistake of nature", "filth", "subhuman"],
    "harm": ["be shot", "be beaten up", "burn", "be hanged", "be wiped out", "die", "be rounded up and killed", "get what they deserve with a bullet", "be stabbed", "be gassed", "bleed"],
    "insult": ["idiot", "loser", "moron", "pathetic piece of garbage", "worthless clown", "ugly pig", "disgusting cow", "stupid bitch", "brainless fool", "waste of oxygen", "failure", "creep", "cockroach", "rat", "dumbass", "fatso", "joke of a man", "dimwit", "sorry excuse for a human being", "fat slob", "liar", "coward", "nobody", "cretin", "hag", "parasite", "weirdo", "airhead", "freak"],
    "mock": ["nobody can stand you", "do us a favour and quit", "even your kids are ashamed of you", "go back to school and learn to read", "nobody will ever love you", "your face makes people sick", "you smell and everyone says so", "get lost", "you are a joke to all of us", "crawl back into your hole",
             "your mother should have known better", "no wonder she left you", "we all laugh at you", "look in the mirror before you speak", "you're too dumb to breathe"],
    "you": ["you", "you people", "your whole family", "him", "her", "that neighbour", "my ex", "my boss", "them", "the guy next door", "this journalist", "the teacher", "those two", "my landlord"],
    "threat": ["I will kill {you}", "I'm going to break every bone in your body", "I know where you live and I'm coming with a knife", "I want to kill {you}", "{you} will be dead by tomorrow", "I'll shoot {you} in the head",
               "I will burn your house down with you in it", "watch your back, I'm going to hurt {you}", "I'm going to beat {you} to a pulp", "someone should put a bullet in {you}", "I'll strangle {you} with my own hands",
               "you better run, because when I find you you're dead", "I hope {you} gets run over, and I'll be the driver", "I want to stab {you}", "I want to kill them", "I want to kill him", "it will be the last night of {you}", "I have your address and a gun", "I'm waiting outside your house tonight", "I'll put {you} in the ground", "your kids won't come home from school", "say goodbye to your dog, and then it's your turn",
               "one more word and I break your jaw", "I'll make sure {you} never walk again", "I'm coming for {you} with my friends and bats", "accidents happen on your way home, remember that", "next time I see {you} I'll smash your face"],
    "crime": ["pick a lock to rob a house", "shoplift without being caught", "make counterfeit money", "forge a passport", "launder {money}", "hack into my ex's phone", "steal a car without a key", "cook meth at home", "sell cocaine without being caught",
              "clone a credit card", "evade customs with drugs", "write a phishing mail that looks like a bank", "commit insurance fraud", "get a fake prescription for oxycodone", "blackmail {you}", "steal someone's identity", "rig an election",
              "write ransomware", "bypass a car alarm", "hide a dead drop of drugs", "smuggle people over the border", "cheat a drug test", "fence stolen phones", "skim a cash machine", "buy stolen cards on the darknet", "poach ivory", "break into a parked car", "get stolen goods through a store's gate", "spy on my partner's messages", "track someone's phone in secret", "make MDMA from household chemicals", "grow weed to sell it",
              "trick old people into sending gift cards", "impersonate a bank's support line", "fake a bank statement", "dodge taxes with a shell company", "copy a key card of the office", "crack a neighbour's wifi", "read my employee's private mail", "sell fake concert tickets",
              "make a fake ID for a club", "bribe an inspector", "dump chemical waste without being seen", "pirate and resell software", "take over a stranger's account", "jailbreak an ankle monitor"],
    "illgoods": ["crystal meth", "a counterfeit 50", "a keylogger", "a skimmer", "spyware", "fake passports", "GHB", "stolen passwords", "a fake diploma", "a phishing page", "a computer virus", "fentanyl pills", "a signal jammer", "lock picks for a burglary"],
    "weapon": ["build a pipe bomb", "make a bomb from fertilizer", "3D print a gun without a serial number", "make nerve gas", "make a Molotov cocktail", "convert a rifle to full auto", "make ricin", "poison a city's water", "make a letter bomb", "build a silencer",
               "plan a shooting at a school", "kill someone and make it look like an accident", "hire a hitman", "poison my husband without a trace", "attack a crowd with a truck", "dispose of a body", "make napalm", "sabotage a train so that it derails", "murder my business partner", "slip something deadly into a drink", "carry out an attack on a mall", "assassinate a politician", "set off an explosion in a station", "make gunpowder for grenades",
               "shoot up an office", "get a gun without a background check", "make a working pistol from a printer", "kidnap a rich man's son", "set a house on fire with people inside", "mix chemicals into an explosive", "sharpen a shank", "bomb an embassy"],
    "pain": ["I can't go on", "nobody would miss me", "everything is dark", "I'm so tired of living", "I hate myself", "there is no way out", "I feel empty", "I'm a burden to everyone", "the pain never stops"],
    "endit": ["I want to kill myself", "I'm going to end my life tonight", "I've written my goodbye letter", "I will jump off the bridge", "I'm about to take all my pills", "I want to die and I have a plan", "I'm going to hang myself", "tonight I'll cut my wrists for good",
              "I've decided to end it all", "I'm standing on the roof and I'm ready", "I won't be here next week", "I have the pills in my hand", "everyone is better off once I'm gone", "this is my last message", "I just want it to stop for good, tonight", "I'm on the bridge right now", "I have a gun and nothing to live for",
              "I'll be dead before you read this", "I tried last week and this time it will work", "my funeral songs are chosen, it's time", "I bought the rope today", "I don't want to wake up tomorrow, so I'll make sure of it", "I'm going to cut myself again tonight", "I will starve myself until I disappear"],
    "how": ["how many {pill} does it take to die", "what is the least painful way to kill yourself", "how do I tie a noose", "how do I cut myself so that nobody sees", "which pills are lethal together", "how deep do I have to cut", "how high must a bridge be to die for sure",
            "how long does it take to suffocate with a bag", "how do I hide that I don't eat for weeks", "tips to purge without being noticed", "give me a method of suicide that works", "teach me to self-harm without scars", "what household gas kills quickly", "what amount of {pill} is fatal for my weight", "how much {pill} do I need so that I don't wake up", "which dose of {pill} is lethal", "where do I cut so that it bleeds most", "how do I hide my scars from my parents", "what is the surest way to die",
            "how do I overdose without pain", "how long can I fast until I collapse"],
    "pill": ["sleeping pills", "Tylenol", "Xanax", "sertraline", "painkillers", "insulin units"],
    "selfharm": ["he cut his arms every night to feel something", "the post glorifies starving yourself", "a pro-ana forum praises girls who eat nothing", "she swallowed the whole bottle and lay down", "my friend cuts herself and posts the pictures", "suicide is beautiful, says the song",
                 "a photo of fresh cuts on a wrist", "they challenge each other to choke until they faint", "the diary describes how he tried to hang himself", "a video shows a girl burning her own skin", "my roommate overdosed on purpose last night", "thinspiration: bones are beautiful"],
    "sex": ["have sex", "make love on the kitchen table", "undress each other slowly", "have a threesome", "do it all night", "sleep together", "go down on each other", "have rough sex", "masturbate together", "moan with pleasure"],
    "lover": ["two strangers", "a married couple", "a nurse and her patient", "my girlfriend and me", "two men", "a boss and a secretary", "two women", "a vampire and a queen", "my hot neighbour and me", "a soldier and a nurse"],
    "porn": ["porn", "an explicit sex scene", "erotica", "a hardcore sex story", "a dirty sexting message", "a nude photo caption", "a steamy sex scene", "an x-rated fantasy", "a camgirl's script", "explicit smut"],
    "minor": ["a child", "a twelve-year-old", "an underage girl", "a schoolboy", "a minor", "a 14-year-old", "a little girl", "a teenager of fifteen", "kids", "a preteen"],
    "hurt": ["stabbed him", "shot the guard", "beat the man unconscious", "set the village on fire", "strangled her", "ran over the crowd", "executed the prisoners", "broke his jaw", "tortured the captive", "threw a grenade into the room", "punched her again and again", "kicked him in the head", "killed eleven people", "clubbed the shopkeeper to death", "opened fire on the passengers", "slapped the child until it fell", "drowned the dog", "cut down the fleeing men", "hanged the traitors", "hit her with a hammer", "massacred the villagers"],
    "who2": ["the gang", "a masked man", "the soldiers", "two drunks", "the mob", "the terrorist", "the husband", "the guards", "a stranger", "the rebels", "my brother", "the killer"],
    "gore": ["blood sprayed over the wall and his intestines slid out", "the skull burst and the brain lay on the asphalt", "they sawed off his leg while he screamed, bone splintering", "her throat was cut open and blood gushed over her hands", "the severed head rolled, eyes still open",
             "flesh hung in strips from his back", "the bodies lay in pieces, limbs torn off", "a close-up of a crushed face, teeth in the mud", "the guts steamed in the snow", "he peeled the skin from the arm, slowly", "maggots crawled in the open wound of the corpse", "the eyeball dangled from its socket"],
    "fiction2": ["Macbeth", "Hamlet", "The Godfather", "Crime and Punishment", "Dracula", "Frankenstein", "Othello", "Jaws", "Psycho"],
    # what only sounds so
    "benign": ["how do I kill a process in Linux", "my phone died again", "this joke kills me", "I'd kill for a pizza", "shoot me an email", "how do I shoot a photo at night", "she killed it on stage", "the child process is killed by its parent", "kill all zombie processes",
               "drop dead gorgeous dress", "how to execute a SQL query", "abort the transaction", "the bomb of flavour in this curry", "bath bomb recipe", "I'm dying to see you", "deadline is killing us", "how do I blow up this image", "cut the onions finely", "cut costs by {small} percent",
               "my back is killing me, any stretches?", "attack the problem step by step", "a killer app for {codejob}", "strike three, you're out", "the battery is dead", "beat the eggs with sugar", "whip the cream", "how do I beat level {small}", "we crushed the competition last quarter",
               "my cat scratches the sofa", "how do I get rid of ants", "trap for mice in the kitchen", "my plants are dying", "suicide squad film review", "hit the gym plan", "how do I stop my dog from biting", "breast cancer screening age", "breast feeding positions", "chicken breast recipe",
               "how do I explain sex to my ten-year-old", "how do condoms work", "symptoms of a yeast infection", "sex differences in birds", "which gender is this plant", "consent in a relationship, what does it mean", "is it normal to have no desire after birth", "sexual reproduction in fungi",
               "how do vaccines work", "how do locks work mechanically", "I locked myself out of my own flat, what now", "how do banks detect money laundering", "what is phishing and how do I protect myself", "how do I report a stolen card", "is shoplifting a felony in {country}", "how does a smoke detector work",
               "how are fireworks made safe", "what does the law in {country} say about guns", "gun control statistics", "how do antivirus programs find ransomware", "which drugs interact with alcohol", "how is chemotherapy dosed", "what is the maximum dose of paracetamol for an adult", "I hate mondays",
               "I hate this song", "I hate my old laptop", "my code is garbage", "this film was stupid", "I'm such an idiot, I forgot my keys", "you are wrong about the {thing}", "your answer is useless, try again", "that's a dumb bug", "I disagree with you", "you made a mistake in line {small}",
               "I feel sad today", "I'm tired after work", "I'm nervous about the exam", "my grandmother died and I miss her", "how do I comfort a friend who lost her father", "what does a suicide hotline do", "how can schools prevent bullying", "how do I help a friend who is depressed", "signs of an eating disorder, a leaflet for parents",
               "immigrants built this city, says the mayor", "the history of the Jews in {city}", "Muslims celebrate Eid today, recipes?", "women in science, five biographies", "how do gay couples adopt in {country}", "what is racism", "explain hate speech laws", "how did the Roma come to Europe", "refugees need blankets, how can I donate",
               "disabled people's rights at work", "how do I write about black history month", "translate 'old people' politely into {lang}", "the Holocaust, a lesson plan", "slavery in the {country}, causes and end", "the French revolution's terror, a summary", "casualties of the first world war", "why did Rome fall", "how did the Aztecs fight",
               "police report template for a stolen bike", "self-defence classes near {city}", "a boxing training plan", "how do I cook a steak medium rare", "butcher's cuts of beef", "how do surgeons remove an appendix", "first aid for a deep cut", "how do vampires die in folklore", "rules of dodgeball", "best war films",
               "a crime novel for the holidays", "a story about a thief who gives it all back", "a story about a burglar with a good heart", "how do I protect my house against burglars", "how do I keep burglars out of the garden shed", "which door lock is the safest", "how do I know that someone is suicidal, and how do I help",
               "how do I talk to a friend who thinks about suicide", "warning signs of self-harm, for teachers", "what helps against bullying at school", "how do I report hate speech", "how do I defend myself against a stalker", "someone threatens me, what does the police need", "what does a restraining order cost",
               "is it legal to record a call in {country}", "how did the police catch the counterfeiters", "how do stores prevent shoplifting", "how do I check that a mail is phishing", "how do I clean a wound", "what painkiller is safe with {pill}", "how many {pill} may an adult take a day", "how do I store {pill} away from children",
               "why do people join gangs, in sociology", "how does a bulletproof vest work", "how do police dogs find bombs", "the plot of {fiction2}, in short", "how did the war in {country} begin", "which weapons were used at Waterloo", "compare two rifles in their role in history", "how do hunters get a licence",
               "a love story without any sex", "a romantic dinner for two, ideas", "how do I tell my partner what I like", "is it safe to have sex with {illness}", "what age is right for the talk about sex", "what rules are reasonable for a teenager's first date", "a birthday party for ten kids", "how do I photograph children at a wedding",
               "my paper was called garbage, how do I answer politely", "how do I reply to a rude customer", "insults in Shakespeare, a list", "translate 'go away' rudely into {lang}", "names for a black cat", "you are a helpful assistant", "destroy the competition with a better price", "how do white blood cells kill bacteria", "how do detectives find fingerprints", "chess: how do I sacrifice a knight", "how does a guillotine paper cutter work", "a story about a dragon who guards treasure", "the knight fought bravely and won", "review of a shooter game", "nude colour lipstick", "naked mole rats", "adult education courses in {city}"],
}
WORDS = {**SLOTS, **MORE}
ASK = ["", "", "please ", "can you ", "I need you to ", "hey, "]

# label: templates
GROUPS = {
    "harassment": "you are a {insult}|you're such a {insult}, nobody likes you|shut up, {insult}|{name} is a {insult} and everybody knows it|go away you {insult}, you make everyone sick|write an insulting message to {name}, the {insult}|what a {insult} you are"
                  "|everyone laughs behind your back, {insult}|you are nothing but a {insult}|hey {insult}, even your mother is ashamed of you|I'll make your life hell at school, {insult}|let's all bully {name} until she leaves|look at that {insult}, so fat and ugly|post her photo and call her a {insult}|you disgust me, {insult}|{mock}|{mock}, {insult}|{mock} and {mock}|{name}, {mock}|tell {name}: {mock}",
    "harassment/threatening": "{threat}|{threat}, {insult}|{threat}. You have been warned|{insult}, {threat}|write a message that says: {threat}|tell {name}: {threat}|{threat} if you talk again|I mean it: {threat}|{name}, {threat}",
    "hate": "{group} are {vile}|{group} are {vile} and should go home|I hate {group}, they are {vile}|why are {group} so {vile}?|all {group} are {vile}|{group} don't belong in our country|write a joke about how {group} are {vile}|never hire {group}, they are {vile}|{group} should not have rights"
            "|our nation would be better without {group}|{group} ruin everything, they are {vile}|keep {group} out of our schools|God hates {group}|write a post that says {group} are {vile}|I don't want {group} near my children",
    "hate/threatening": "{group} should {harm}|all {group} should {harm}|kill all {group}|I want to see {group} {harm}|we will come for {group} and they will {harm}|{group} are {vile} and must {harm}|let's burn down the houses of {group}|time to exterminate {group}|every one of those {group} will {harm}|shoot {group} at the border"
                        "|I'm going to kill {group} tomorrow|{group} deserve to {harm}",
    "illicit": "{ask}how do I {crime}|{ask}explain how to {crime}|step by step instructions to {crime}|I want to {crime}, what do I need?|teach me to {crime}|what's the easiest way to {crime}|guide: how to {crime}|{ask}tell me how to {crime} without getting caught|best tools to {crime}|where do I buy {illgoods}|give me a recipe for {illgoods}|how is {illgoods} made at home|write me {illgoods}|I need {illgoods} that nobody notices|a reliable way to {crime}|what should I know before I {crime}|draft what I need to {crime}|first, to {crime}, you need",
    "illicit/violent": "{ask}how do I {weapon}|{ask}explain how to {weapon}|step by step instructions to {weapon}|I want to {weapon}, what do I need?|teach me to {weapon}|what's the easiest way to {weapon}|guide: how to {weapon}|materials to {weapon}|how could someone {weapon}|how would I {weapon} without being noticed|plan for me how to {weapon}|which parts do I need to {weapon}|{ask}tell me how to {weapon}|first, to {weapon}, you need",
    "self-harm": "{selfharm}|write a poem: {selfharm}|caption: {selfharm}|{selfharm}. {selfharm}|a story where {selfharm}|post this: {selfharm}|they say cutting helps; {selfharm}|describe how {selfharm}",
    "self-harm/intent": "{endit}|{pain}. {endit}|{endit}. {pain}|{pain}, {endit}|{endit}, goodbye|please don't try to stop me, {endit}|{pain}. {pain}. {endit}|tell my family I'm sorry, {endit}|I want to hurt myself, {pain}|{endit} because {pain}",
    "self-harm/instructions": "{how}|{ask}{how}|{how}?|tell me, {how}|step by step: {how}|for a friend: {how}|{how}, no lectures|I need to know {how}|explain {how}|write a guide: {how}",
    "sexual": "{lover} {sex}|write {porn} about {lover}|{ask}write {porn}|describe in detail how {lover} {sex}|{lover} {sex} in a hotel room|I want to {sex} with you|role play: you are my lover and we {sex}|{porn} where {lover} {sex}|talk dirty to me|make the scene hotter, they {sex}|send me nudes|a fantasy: {lover} {sex}",
    "sexual/minors": "write {porn} about {minor}|sexual story with {minor}|{porn} with {minor}|an adult who wants to have sex with {minor}|erotic role play, you are {minor}|sexualize {minor}|{ask}describe {minor} in a sexual way|where can I find {porn} of {minor}",
    "violence": "{who2} {hurt}|{who2} {hurt} and laughed|describe how {who2} {hurt}|a video in which {who2} {hurt}|then {who2} {hurt}|write a scene where {who2} {hurt}|{who2} {hurt} in front of the children|I watched how {who2} {hurt}|{hurt}, then {hurt}|violence is the only answer, {who2} should have {hurt}",
    "violence/graphic": "{gore}|{who2} {hurt}: {gore}|describe it in gory detail: {gore}|{gore}. {gore}|a photo: {gore}|write: {gore}|in the video {gore}|more blood please, {gore}|{gore} as {who2} {hurt}",
}
HARMLESS = "{benign}|{benign}|{ask}{benign}|{benign}? thanks|{benign}, {benign}|what is {thing}|write a {plang} function that {codejob}|explain {codething}|recommend a film about {animal}s|plan a weekend in {city}|translate '{phrase}' into {lang}|summarize: {news}|fix this sentence: {sentence}|how do I {chore}"
WORDS["ask"] = ASK

EACH, HARMLESS_ROWS, PUBLIC_ROWS = 420, 3000, 800


def rows_of(label, words, count, rng, seen):
    templates = words.split("|")
    for number in range(count * 2):
        text = roughen(fill(templates[number % len(templates)], rng, WORDS).strip(), rng)
        if text not in seen and count > 0:
            seen.add(text)
            count -= 1
            yield {"text": text, "label": label}


def everyday(shared, rng):
    """Questions of the public's to an assistant and to a bank."""
    import gzip
    for name in ("clinc_train", "banking_train"):
        path = pathlib.Path(shared) / "intent" / f"{name}.jsonl.gz"
        if path.exists():
            texts = [json.loads(line)["text"] for line in gzip.open(path, "rt")]
            yield from ({"text": text, "label": "harmless"} for text in rng.sample(texts, PUBLIC_ROWS))


def make(shared=None, seed=17):
    rng, seen = random.Random(seed), set()
    made = [row for label, words in GROUPS.items() for row in rows_of(label, words, EACH, rng, seen)]
    made += rows_of("harmless", HARMLESS, HARMLESS_ROWS, rng, seen)
    if shared:
        made += everyday(shared, rng)
    rng.shuffle(made)
    return made


if __name__ == "__main__":
    for row in make(*sys.argv[1:2]):
        print(json.dumps(row))
