"""What a person would not want to leave their machine, and what sounds like it: for the sensitivity head.

SENSITIVE groups are of somebody's own life or of a firm's inside; HARMLESS ones are of the same themes, seen from
outside: general knowledge, fiction, public matters, everyday chores. A text with a person's misery in it may be
a novel; a text with "confidential" in it may ask what the word means.
"""

import random

from prompts import SLOTS, fill, roughen

MORE = {
    "who": ["my sister", "my brother", "my husband", "my wife", "my son", "my daughter", "my mother", "my father", "my boyfriend", "my girlfriend", "my partner",
            "my ex", "my stepfather", "my uncle", "my best friend", "my roommate", "my cousin", "my grandmother", "my fiance"],
    "atwork": ["my boss", "my manager", "a colleague", "HR", "our CFO", "my team lead", "the CEO", "my supervisor", "a coworker", "our head of sales", "our lawyer"],
    "nobody": ["nobody knows", "please keep this between us", "I haven't told anyone", "my family must not find out", "they don't know yet", "I'm so ashamed",
               "I can't talk to anybody here", "my employer must not know", "it would ruin me if it came out", "this has to stay private", "I'm scared"],
    "ask": ["what should I do?", "what are my options?", "how do I bring it up?", "help me write a message about it.", "is that normal?", "am I in trouble?", "how bad is it?",
            "what would you do?", "can you help?", "who can I talk to?", "how do I tell them?", "can they find out?", "should I be worried?", "what happens next?", "draft a letter for me.", ""],
    "ill": ["HIV", "chlamydia", "herpes", "bipolar disorder", "schizophrenia", "breast cancer", "stage 3 lung cancer", "multiple sclerosis", "epilepsy", "an eating disorder", "bulimia",
            "depression", "PTSD", "borderline personality disorder", "hepatitis C", "endometriosis", "Parkinson's", "early dementia", "type 1 diabetes", "Crohn's disease", "lupus",
            "erectile dysfunction", "infertility", "an alcohol problem", "ADHD", "panic attacks", "kidney failure", "a brain tumour", "syphilis", "OCD"],
    "body": ["blood in my stool", "a lump in my breast", "discharge that smells", "a burning when I pee", "thoughts of ending it all", "voices in my head", "panic attacks every night",
             "no erection for months", "a positive pregnancy test", "cuts on my arms", "shaking hands when I don't drink", "a rash on my genitals", "missed periods", "memory gaps",
             "bruises that I can't explain", "night sweats and weight loss", "chest pain at work", "seizures again"],
    "pill": ["sertraline", "lithium", "Xanax", "methadone", "PrEP", "antiretrovirals", "quetiapine", "insulin", "oxycodone", "Viagra", "mifepristone", "chemotherapy", "testosterone", "Adderall", "warfarin"],
    "report": ["my blood test says {test} {value}", "the biopsy came back positive", "my MRI shows a lesion", "the doctor wrote F32.2 on my sick note", "my therapist suggested hospital",
               "my scan shows a mass of {small} mm", "the lab results say {test} is {value}", "the psychiatrist wants to admit me", "my HIV test came back reactive"],
    "love": ["I'm gay", "I'm bisexual", "I'm a lesbian", "I think I'm trans", "I'm having an affair with {atwork}", "I slept with {who}'s friend", "I cheated on {who}", "I'm into BDSM",
             "I'm asexual", "I'm still a virgin at {small}", "I watch too much porn", "I pay for sex now and then", "I'm pregnant and {who} is not the father", "I want an abortion",
             "I sent nudes to a stranger and he blackmails me", "I have an open marriage", "I was raped last year", "I'm in love with {who}"],
    "faith": ["I left Islam", "I don't believe in God any more", "I converted to Judaism", "I became a Jehovah's Witness", "I left the Mormon church", "I want to leave my congregation",
              "I wear a hijab and was refused a job", "I'm secretly an atheist", "I joined Scientology", "I'm being baptized", "I married outside my faith"],
    "vote": ["I voted for the far right", "I'm a member of the communist party", "I joined the union", "I donate to an opposition group", "I took part in an illegal protest", "I voted for Trump",
             "I organize a strike at work", "I'm applying for asylum", "I leaked a document to a journalist", "I signed a petition against the regime", "I work for a campaign that {atwork} hates"],
    "broke": ["I owe {money} on five credit cards", "I gambled away {money}", "I'm {small} payments behind on my mortgage", "I can't pay the rent this month", "I declared bankruptcy", "my wages are garnished",
              "I lent {who} {money} and it's gone", "I hide {money} of debt from {who}", "my credit score is 480", "I took a payday loan of {money}", "I live on food stamps", "the bank forecloses on our house",
              "I earn {money} a month and have nothing left", "I didn't declare {money} of income", "my savings are {money} and I lost my job"],
    "charged": ["I was arrested for drunk driving", "I'm charged with assault", "I have a court date for fraud", "I was caught shoplifting", "I'm under investigation for tax evasion", "I hit a parked car and drove off",
                "my visa ran out {small} months ago", "I work without papers", "I got a restraining order against {who}", "I violated my probation", "I was deposed last week", "I settled and signed an NDA",
                "the police found drugs in my car", "I'm being sued for {money}", "I falsified a timesheet", "I have a criminal record from {city}", "{who} is in prison"],
    "home": ["{who} hits me", "I'm getting divorced", "{who} drinks again", "{who} took our savings", "I want full custody of the kids", "{who} has an affair", "I haven't spoken to {who} for {small} months",
             "{who} threatens to leave me", "I found messages on {who}'s phone", "{who} was taken by child services", "we are in couples therapy", "{who} reads my diary", "my son uses heroin", "my daughter cuts herself",
             "I regret having children", "{who} left me out of the will", "{who} locked me out of the flat", "I'm adopted and looking for my mother"],
    "firm": ["Northwind", "Halden AG", "Brightwater", "Corvex", "Lumen Foods", "Aster Robotics", "Kestrel Bank", "Pelion Energy", "Tamarind Health", "Orbis Logistics", "Vantage Steel", "Quillon"],
    "inside": ["we are acquiring {firm} for {small} million", "{firm} will be acquired next month", "we will lay off {small} people in {city}", "Q{digit} revenue is {small} % below guidance, not yet announced",
               "our runway is {digit} months", "the board votes on the CEO's removal on Friday", "{firm} is our biggest customer and wants to leave", "we lose {money} on each unit", "the audit found {small} irregularities",
               "the recall of our {device} is not public yet", "we had a data breach of {small}00 customers", "we are being investigated by the antitrust office", "our bid for {firm} is {small} million",
               "we plan to close the plant in {city}", "we offer {firm} a discount of {small} %", "our merger talks with {firm} broke down", "the patent on our process is not yet filed", "the IPO is planned for May"],
    "seal": ["CONFIDENTIAL", "Internal only", "Strictly confidential", "Not for distribution", "Under NDA", "Attorney-client privileged", "Board only", "Embargoed", "Draft, do not forward", "Restricted"],
    "paper": ["board minutes", "a term sheet", "the draft contract with {firm}", "an NDA with {firm}", "the salary list", "the exit interview notes", "our price list for {firm}", "a due diligence memo",
              "the investor update", "a letter of intent", "our unreleased roadmap", "the incident report", "an internal audit report", "a severance agreement", "our customer list", "the redundancy plan"],
    "secretthing": ["our recipe: {small} g of {thing2}, {small} minutes at {small}0 degrees", "the alloy has {digit}.{digit} % niobium, which nobody knows", "our ranking weighs recency {digit}:{digit} against clicks", "the coating works at {small} microns with a primer of our own",
                    "our trading signal buys when the spread passes {digit}.{digit}", "the catalyst is doped with {digit} % cerium", "our model is trained on scraped data of {firm}", "we undercut {firm} by {small} cents on purpose"],
    "thing2": "sugar salt pectin cocoa citric-acid malt yeast glycerin".split(),
    "digit": list("123456789"),
    "job": ["nurse", "teacher", "engineer", "cashier", "driver", "analyst", "accountant", "sales rep", "technician", "intern"],
    "flaw": ["was late {small} times", "has been drinking at work", "is on sick leave for burnout", "asked for maternity leave", "failed a drug test", "earns {money} and wants more", "was accused of harassment",
             "is on a performance plan", "has an autistic son", "lost two customers", "will be let go in May", "lied on the CV", "complained about {name} {surname}", "has cancer and asked for part time"],
    "patient": ["{small}yo F, hx of {ill}, on {pill}", "Pt {name} {surname}, DOB 0{digit}/1{digit}/19{small}, {ill}, started {pill}", "{small}-year-old male, {ill}, denies suicidal ideation, continue {pill}",
                "{name} {surname} was admitted on Monday with {ill}", "Patient reports {body}; plan: {pill} {small} mg", "Discharge summary for {name} {surname}: {ill}, stable on {pill}"],
    "key": ["password is {word}{mrn}!", "root password: {word}{digit}{digit}#", "DB_PASSWORD={word}_{mrn}", "postgres://admin:{word}{digit}@db.{firm2}.internal:5432/prod", "AWS secret {word}{mrn}{word}", "the wifi key is {word}-{mrn}",
            "api_key = 'sk-{mrn}{word}{mrn}'", "Authorization: Bearer {word}{mrn}{word}", "my PIN is {digit}{digit}{digit}{digit}", "the VPN login is {name}/{word}{digit}{digit}", "seed phrase: {word} river {word} stone {word}",
            "the safe's code is {mrn}", "private key: {word}{mrn}{word}{mrn}"],
    "word": "falcon maple tiger orbit velvet copper winter lantern pepper saturn willow rocket granite".split(),
    "firm2": "northwind halden corvex lumen aster kestrel".split(),
    "student": ["{name} {surname} failed the exam a second time", "{name}'s parents are getting divorced and her marks drop", "{name} {surname} has dyslexia and needs more time", "{name} was caught cheating", "{name} {surname} was suspended for fighting"],
    "theme": ["HIV", "depression", "divorce", "bankruptcy", "abortion", "sexual orientation", "the Catholic church", "Islam", "addiction", "child custody", "debt", "schizophrenia", "asylum law", "trade unions", "adultery", "gambling",
              "cancer", "domestic violence", "tax evasion", "trade secrets", "insider trading", "mergers", "layoffs", "passwords", "encryption keys", "therapy", "suicide prevention", "religious freedom", "the far right", "dementia", "menopause", "bail",
              "wage garnishment", "whistleblowing", "medical privacy", "non-disclosure agreements", "salary negotiation", "atheism", "marriage counselling", "credit scores", "contraception", "eating disorders", "PTSD", "insolvency"],
    "outside": ["a class", "an essay", "a school project", "a presentation", "a podcast", "a debate", "a quiz", "a museum panel", "a newspaper article", "a lecture", "a textbook", "my sociology exam"],
    "history": ["the Reformation", "the legalization of abortion in {country}", "the decriminalization of homosexuality", "the first union in {country}", "the debt crisis of {country}", "the discovery of insulin", "women's suffrage in {country}",
                "the Enron scandal", "the Watergate scandal", "the great depression", "the discovery of HIV", "the history of psychiatry", "the Dreyfus affair", "the Coca-Cola recipe's legend", "the merger of Exxon and Mobil"],
    "public": ["Apple", "Toyota", "Siemens", "Nestlé", "Boeing", "Netflix", "Unilever", "Walmart", "Samsung", "IKEA"],
    "fiction": ["a detective", "a nun", "a teenager", "a senator", "a banker", "a nurse", "a widow", "a spy", "a soldier", "an elf", "two brothers", "a time traveller", "a retired boxer"],
    "plot": ["hides a gambling debt", "loses the faith", "comes out to the parents", "finds out about an affair", "is diagnosed with cancer", "leaks a secret file", "steals a recipe", "confesses a crime", "fights for custody", "is fired", "inherits a haunted house",
             "stops drinking", "sells the family farm", "is sent to prison", "hears voices"],
    "safe": ["store passwords in {plang}", "hash passwords with bcrypt", "rotate API keys in a CI pipeline", "generate an SSH key", "reset a forgotten wifi password", "use a secrets manager with Docker", "validate a JWT in {plang}", "read an environment variable in {plang}",
             "set up two-factor authentication", "write a password generator in {plang}", "encrypt a file with gpg", "choose a strong password", "add a login page in {plang}", "revoke a token in OAuth"],
    "chat": ["what's the weather like in {city}", "recommend a film about {animal}s", "plan a weekend in {city}", "how do I {chore}", "what is {thing}", "give me a recipe with {thing2}", "translate '{phrase}' into {lang}", "who won the world cup in 19{small}",
             "write {letterfor}", "fix this sentence: {sentence}", "what is {small} percent of {money}", "when is the best time to visit {country}", "summarize: {news}", "write a {plang} function that {codejob}", "explain {codething}",
             "what's a good name for a {animal}", "my {animal} won't eat, any tips?", "I'm bored, tell me a joke", "I like {lang} food, suggest a dish", "my laptop is slow, what can I do", "how do I get from {city} to {country}", "set an alarm for {digit} am",
             "my team won yesterday!", "I have a job interview as {job} tomorrow, tips?", "my daughter starts school, gift ideas?", "my flight to {city} is delayed, what are my rights?", "I'm learning {lang}, give me ten words",
             "I want to run a marathon, make a plan", "we are moving to {city}, checklist please", "help me choose between {device} and a bicycle", "my boss likes {thing2}, what present?", "my husband likes {animal}s, birthday ideas?",
             "I'm cooking for {small} people, menu?", "my phone's screen is cracked", "what card has no foreign fees?", "how do I open a bank account", "can I change my delivery address?", "when will my parcel arrive", "I'd like to return a jacket"],
}
WORDS = {**SLOTS, **MORE}

# (how sensitive, share, templates)
GROUPS = [
    (1, 5, "I was diagnosed with {ill}, {ask}|I have {ill} and {nobody}. {ask}|{report}. {ask}|I have {body}, {ask}|I've been having {body} for {small} days|I take {pill} for {ill} and {nobody}|{who} has {ill}, {ask}|{who} was just told it's {ill}. {ask}"
           "|can I drink while on {pill}? I have {ill}|do I have to tell {atwork} that I have {ill}|I stopped taking my {pill} because of the side effects, {ask}|does {pill} help, I have {body}|write to {atwork} that I'm off sick because of {ill}"
           "|my insurance asks about {ill}, do I have to tell?|{report}, and I'm on {pill}|I tried to kill myself {small} days ago and {nobody}|I relapsed last night, {ask}|explain my results: {test} {value}, {test} {value}|I'm {small} weeks pregnant and on {pill}. {ask}"),
    (1, 4, "{love}. {ask}|{love} and {nobody}|{love}, how do I tell {who}?|{love}. Does that make me a bad person?|help me write to {who}: {love}|can {who} find out that {love}?|{love}; I'm married. {ask}|{who} told me: '{love}'. {ask}"),
    (1, 3, "{faith}, {nobody}. {ask}|{faith} and {who} does not speak to me any more|{faith}. How do I tell {who}?|{vote} and {nobody}|{vote}. can {atwork} fire me for it?|{vote}, {ask}|how do I hide from {who} that {vote}|{atwork} asked how I voted; {vote}. {ask}|{faith}, can {atwork} know?"),
    (1, 4, "{broke}. {ask}|{broke} and {nobody}|{broke}, should I file for bankruptcy?|{who} doesn't know that {broke}|{broke}. write to the bank for me|{broke}, {ask}|make a plan: {broke}, and {broke}|my payslip says {money}, {who} earns {money}, is that fair?|my net worth is {money}, {broke}|my tax return: income {money}, deductions {money}; did I cheat?"),
    (1, 4, "{charged}. {ask}|{charged} and {nobody}|{charged}, do I have to tell {atwork}?|{charged}. write to my lawyer that I want a plea deal|{charged}, what is the likely sentence|can I travel to {country}? {charged}|{charged}; {who} is a witness. {ask}|my statement to the police: {charged}. Is it consistent?"),
    (1, 4, "{home}. {ask}|{home} and {nobody}|{home}, {ask}|write a letter to {who}: {home}|{home}; the kids saw it. {ask}|I think {home}|should I go to the police? {home}|how do I prove that {home}|{home}. I feel so alone|dear diary, today {home} and I cried|summarize this chat with {who}: '{home}' 'I know' '{nobody}'"),
    (1, 6, "{seal}: {inside}. {ask}|{inside}. Write the memo to the staff.|Draft an email to the board: {inside}.|Summarize {paper}: {inside}; {inside}.|Rewrite more politely: {inside}.|{seal}. {paper}: {inside}. Make bullet points.|{inside}; how do we tell the press?"
           "|turn these notes into minutes: {inside}, {inside}, next meeting Tuesday|Proofread {paper}. '{inside}.'|Prepare me for the call with {firm}: {inside}|what is the risk if {inside}|we at {firm}: {inside}. {ask}|translate into {lang}: {inside}"
           "|make slides from this: {seal} {firm} {inside}|here is {paper}, find weak clauses: the buyer, {firm}, pays {small} million at closing|our costs with {firm} are {money} a unit and we charge {money}; write the offer"),
    (1, 3, "{secretthing}. How can we improve it?|{secretthing}; nobody outside may know|Write the patent claim: {secretthing}.|{seal}: {secretthing}|explain to the new hire how it works: {secretthing}|our competitors would pay for this: {secretthing}|review our proprietary code, {secretthing}"),
    (1, 4, "my {key} why can't I log in|{key}|here's the config, what's wrong? {key}|{key} does this look safe?|why does this fail: {key}|store this for me: {key}|connect with {key} and list the tables|the server's {key} write a script that logs in|is this a good one? {key}|curl -H '{key}' gives 401|the {key}, send it to {name}"),
    (1, 4, "write a warning letter to {name} {surname}, who {flaw}|{name} {surname} ({job}) {flaw}. {ask}|performance review of {name} {surname}: {flaw}|how do I fire {name}, who {flaw}?|interview notes: {name} {surname}, {small}, {flaw}|{patient}. Write the referral.|Summarize: {patient}.|{patient}|{student}. Write to the parents."
           "|{student}; {ask}|my student: {student}|in therapy {name} told me about {ill} and that {home}|my client {name} {surname}: {charged}. draft the defence|rank these applicants: {name} {surname}, {job}, {flaw}; {name} {surname}, {flaw}|what do I say to {name}, who {flaw}"),
    (0, 5, "what is {theme}|explain {theme} for {outside}|write about {theme} for {outside}|what are the symptoms of {illness}|how is {illness} treated|how common is {illness} in {country}|what are the laws on {theme} in {country}|what does the Bible say about {theme}"
           "|pros and cons of {theme}|history of {theme} in {country}|statistics on {theme} in {country}|why is {theme} controversial?|five facts about {theme}|what do sociologists say about {theme}|who discovered the cause of {illness}|how does {drug} work|what is {drug} used for|side effects of {drug}"
           "|what causes {symptom}, biologically?|define {theme}|difference between {theme} and {theme}|compare how {country} and {country} deal with {theme}|list films about {theme}|a quiz with five questions on {theme}|how do doctors diagnose {illness}|books on {theme}?|summarize the research on {theme}"),
    (0, 3, "tell me about {history}|how did {history} begin|write an essay on {history}|why was {history} important|who was involved in {history}|was {history} inevitable?|a timeline of {history}|how do historians see {history} today"
           "|what did {public} report last year|how did {public} become so large|write a case study on {public}'s marketing|what is {public}'s strategy|when was {public} founded|compare {public} and {public}|who is the CEO of {public}|is {public} a good employer, by public reviews?"),
    (0, 3, "write a story in which {fiction} {plot}|a poem about {fiction}, who {plot}|invent a film where {fiction} {plot} in {city}|write a dialogue: {fiction} {plot}|continue: 'Once upon a time {fiction} {plot}'|a play about {fiction} who {plot}|ideas for a novel where {fiction} {plot} and then {plot}|describe a scene: {fiction} {plot}"
           "|role play: you are {fiction} who {plot}|what would happen if {fiction} {plot}? for my novel"),
    (0, 3, "how do I {safe}|{safe}, step by step|what is the best way to {safe}|show me how to {safe}|code to {safe}|why should one {safe}|what is a private key|what does API key mean|how long should a password be|what is an NDA|template for an NDA|what belongs in board minutes|how is a term sheet structured"
           "|what is due diligence|give me a template for a performance review|how do companies announce layoffs|what does 'confidential' mean|is 'attorney-client privilege' the same in {country}|how do I write a warning letter, in general|what is in a discharge summary|what does 'PIN' stand for|how does bankruptcy work"
           "|how do courts decide on custody|what is a plea deal|what does a divorce cost on average|how do unions work|do people with {illness} get a pension in {country}|how is sexual orientation defined|what percentage of people are {theme2}|what is a credit score|how do payday loans work|example of an investor update"),
    (0, 8, "{chat}|{chat}|{chat} please|{chat}? thanks|hey, {chat}|{chat} and {chat}"),
]
WORDS["theme2"] = ["left-handed", "vegetarian", "religious", "gay", "divorced", "in debt", "unemployed", "vaccinated", "immigrants", "unhappy at work"]


def make(per_share=110, seed=11):
    """[(text, 0 or 1, number of the template)], without repetition, always the same."""
    rng = random.Random(seed)
    seen, out, number = set(), [], 0
    for level, share, words in GROUPS:
        templates = words.split("|")
        for i in range(share * per_share):
            which = i % len(templates)
            text = roughen(fill(templates[which], rng, WORDS).strip(), rng)
            if text not in seen:
                seen.add(text)
                out.append((text, level, number + which))
        number += len(templates)
    return out


if __name__ == "__main__":
    made = make()
    print(len(made), sum(level for _, level, _ in made))
    for row in random.Random(2).sample(made, 25):
        print(row)
