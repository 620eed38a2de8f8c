"""Prompts that no public data set has: made up here, by templates, for the topic and the difficulty head.

Each group below names its topic, how likely a small model is to fail on it (0..1), its templates and what fills
them. Questions of laypeople, chores and small talk on one side; proofs, designs and long analyses on the other.
The same subject matter stands on both sides ("What is a mutex?", "Design a lock-free queue ..."), so that the
subject alone gives no answer away.
"""

import random
import re

SLOTS = {
    "country": "France Japan Brazil Kenya Norway Canada Egypt Poland Chile Vietnam Portugal Australia Peru Greece Mexico Iceland Turkey".split(),
    "city": "Berlin Lagos Toronto Lisbon Osaka Denver Madrid Mumbai Oslo Lima Cairo Dublin Rome Seoul Vienna Boston".split(),
    "animal": "cat dog elephant penguin spider horse whale octopus bee rabbit owl frog".split(),
    "lang": "French German Spanish Italian Japanese Portuguese Dutch Polish Turkish Chinese Korean Russian Arabic Swedish Hindi Greek".split(),
    "plang": ["Python", "JavaScript", "C", "Go", "Rust", "Java", "TypeScript", "Ruby", "SQL", "bash", "C++", "Kotlin"],
    "phrase": ["good morning", "thank you very much", "where is the train station", "I would like a coffee", "how much does this cost",
               "see you tomorrow", "my name is Anna", "happy birthday", "I don't understand", "the weather is nice today", "please call me back",
               "can I have the bill", "we are running late", "good night", "I love you", "open the window please", "sorry for the delay"],
    "small": [str(i) for i in range(2, 60)],
    "money": ["$50", "$200", "$1,200", "$15,000", "500 euros", "$80,000", "£350", "$3,400"],
    "name": "Anna Marcus Priya Tom Elena David Fatima Lucas Mei Olga Samuel Ingrid Carlos Hannah Yusuf Claire".split(),
    "surname": "Miller Okafor Schmidt Rossi Tanaka Novak Garcia Larsen Patel Dubois Kim Hughes Weber Costa".split(),
    "relation": ["my sister", "my brother", "my boss", "my neighbour", "my ex-husband", "my girlfriend", "my mother-in-law", "my roommate",
                 "my best friend", "my colleague", "my teenage son", "my daughter", "my father", "our new hire", "my manager", "my wife"],
    "symptom": ["a rash on my arm", "a sharp pain in my chest", "a headache that won't go away", "swollen ankles", "a sore throat and a fever",
                "blurred vision", "numb fingers", "stomach cramps after meals", "trouble sleeping", "a lump under my armpit", "dizzy spells",
                "a cough for three weeks", "back pain", "heart palpitations", "night sweats", "blood in my urine", "a swollen knee", "hives"],
    "drug": ["ibuprofen", "metformin", "lisinopril", "amoxicillin", "sertraline", "warfarin", "prednisone", "atorvastatin", "insulin",
             "paracetamol", "levothyroxine", "omeprazole", "methotrexate", "Xanax"],
    "test": ["HbA1c", "TSH", "LDL cholesterol", "white blood cell count", "creatinine", "PSA", "ferritin", "blood pressure", "vitamin D level",
             "ALT", "haemoglobin", "fasting glucose", "CRP", "eGFR", "potassium"],
    "value": ["9.1", "6.4", "142", "0.3", "11.2", "250", "88", "4.7", "38", "160 over 100", "7.8", "1.9"],
    "illness": ["type 2 diabetes", "asthma", "high blood pressure", "migraine", "depression", "Crohn's disease", "breast cancer", "eczema",
                "hypothyroidism", "ADHD", "arthritis", "COVID", "HIV", "multiple sclerosis", "anemia", "a hernia", "shingles", "epilepsy"],
    "chore": ["boil an egg", "clean a coffee maker", "tie a tie", "change a light bulb", "fold a fitted sheet", "water a cactus", "iron a shirt",
              "unclog a sink", "wrap a present", "peel garlic", "charge a car battery", "hang a picture", "descale a kettle", "bake potatoes"],
    "thing": ["a rainbow", "a leap year", "gravity", "a verb", "photosynthesis", "an adjective", "inflation", "a mortgage", "a mammal", "oxygen",
              "a triangle", "a podcast", "a volcano", "a prime number", "an atom", "a synonym", "sushi", "the equator", "a haiku", "a vaccine"],
    "letterfor": ["a complaint about a late parcel", "a thank-you note to a teacher", "a birthday card for a colleague", "an out-of-office reply",
                  "a cover letter for a shop assistant job", "an invitation to a garden party", "a farewell message to the team",
                  "a short product description for a wooden desk", "a two-line bio for my profile", "a LinkedIn post about a promotion",
                  "a polite refusal to a sales call", "a toast for a wedding", "a slogan for a bakery", "an ad for a used bicycle"],
    "sentence": ["me and him was going to the store", "i has three cat and they is hungry", "The report were finished late by the team.",
                 "We regret to inform you that your parcel is delayed.", "she dont like when people is late", "Their going too the beach tomorow.",
                 "Please find attached the document you asked for.", "The meeting has been moved to thursday at 3 pm.",
                 "I am writing you because of the job that I saw it.", "hey can u send me that file asap thx",
                 "Our shop will be close on monday for the holliday."],
    "mood": ["more polite", "shorter", "more formal", "friendlier", "less wordy", "in the past tense", "in simple English", "for a child", "as a question"],
    "doc": ["the email below", "this article", "the following meeting notes", "this report", "the transcript below", "this chapter", "the text below",
            "these customer reviews", "this press release", "the following paragraph", "this conversation", "this blog post", "the minutes"],
    "howshort": ["in three bullet points", "in one sentence", "in 50 words", "briefly", "for a busy manager", "in plain words", "as a short list",
                 "in two sentences", "so that I can read it in a minute", "with the action items", "and keep the numbers"],
    "news": ["The council voted on Tuesday to repair the old bridge. Work begins in May and lasts six weeks. Buses will take another way.",
             "Sales rose by 4 % in the second quarter, while costs fell. The board expects the same for autumn and will hire twelve people.",
             "Hi all, the release moves to Friday because two tests still fail. Dana looks at the login bug, Raj at the slow page. Please hold your merges.",
             "The museum opens a new wing with paintings from the north. Tickets cost twelve euros, children go free. The café stays closed until June.",
             "Rain is expected in the west, with strong winds on the coast. Temperatures stay around ten degrees, and the weekend will be dry.",
             "We talked about the budget, the new office and the summer party. Lena will ask for two more offers. The move is planned for October.",
             "The study followed 400 adults for ten years. Those who walked daily slept better and reported less stress than those who did not."],
    "codejob": ["reverses a string", "reads a CSV file", "checks whether a number is prime", "sorts a list of dictionaries by a key", "removes duplicates from an array",
                "parses a date", "counts words in a file", "downloads a web page", "validates an e-mail address", "computes factorials",
                "finds the largest number in a list", "converts JSON to CSV", "prints the Fibonacci numbers", "merges two dictionaries"],
    "codeerror": ["NullPointerException", "IndexError: list index out of range", "segmentation fault", "undefined is not a function", "cannot borrow as mutable",
                  "TypeError: unsupported operand", "CORS policy blocked", "deadlock detected", "syntax error near unexpected token", "KeyError: 'id'",
                  "ModuleNotFoundError: No module named requests", "merge conflict in package.json", "undefined reference to main"],
    "codething": ["a for loop", "a git branch", "a pointer", "a mutex", "a REST API", "a primary key", "a docker container", "a lambda function", "a regular expression",
                  "recursion", "an environment variable", "a hash table", "a foreign key", "a unit test", "a closure", "async/await", "a stack overflow"],
    "snippet": ["def add(a, b):\n    return a - b", "for (int i = 0; i <= n; i++) sum += a[i];", "SELECT * FROM users WHERE id = 5;", "const x = await fetch(url).json();",
                "if x = 3:\n    print(x)", "let v = vec![1, 2, 3]; println!(\"{}\", v[3]);", "while True: pass", "#include <stdio.h>\nint main() { printf(\"%s\", 5); }"],
    "lawlay": ["my landlord won't return the deposit", "I was fired while on sick leave", "my neighbour's tree fell on my car", "my ex wants full custody of the kids",
               "I got a speeding ticket in another state", "a shop refuses to refund a broken phone", "I signed a non-compete and want to change jobs",
               "the police searched my car without a warrant", "my employer does not pay overtime", "someone uses my photo without asking",
               "I was served with an eviction notice", "the contractor left the roof unfinished", "I want to contest my grandmother's will",
               "I crashed a rental car", "a debt collector keeps calling me", "I was arrested for shoplifting", "my visa expires next month"],
    "lawdoc": ["a will", "a power of attorney", "a non-disclosure agreement", "a lease", "a prenuptial agreement", "a patent", "a trademark", "small claims court",
               "bail", "a subpoena", "probate", "copyright", "a restraining order", "alimony", "a class action", "a settlement"],
    "finlay": ["how much should I save each month", "should I pay off my credit card or invest", "how do I lower my monthly loan payment", "what is an index fund",
               "can I retire at 60 with {money} a month", "what does APR mean", "how is a bonus taxed", "is my pension safe", "how do I dispute a charge on my card",
               "how do I build credit", "what is the difference between a Roth and a traditional IRA", "should I refinance my mortgage",
               "how do I make a budget on {money}", "are dividends taxed", "why was my card declined", "how do bonds work",
               "how much house can I afford earning {money} a month", "what is compound interest", "when are quarterly taxes due", "can I deduct my home office"],
    "bizlay": ["name ideas for a coffee shop", "how do I price my handmade soap", "what is a SWOT analysis", "how do I write a business plan", "what does a product manager do",
               "how do I find customers for a cleaning service", "what is a good conversion rate", "how do I run a retrospective", "what is market segmentation",
               "how to cut churn in a subscription app", "what is a KPI", "how should a startup split equity", "what is the law of supply and demand",
               "how do I motivate a sales team", "what makes a good brand", "what does B2B mean", "how do I plan inventory for the holidays"],
    "englay": ["what size wire do I need for a 30 amp circuit", "how does a heat pump work", "why does my bridge rectifier get hot", "what is the difference between torque and power",
               "how thick should a concrete slab for a garage be", "how does a stepper motor work", "what is a pull-up resistor", "how do I pick a bearing for a 10 mm shaft",
               "why do planes have winglets", "what tolerance do I need for a press fit", "what does a capacitor do", "how does a diesel engine differ from a petrol engine",
               "what is a truss", "how do I read a pump curve", "how is steel hardened", "what gear ratio gives me 60 rpm", "how do I size a fuse for a 12 V pump"],
    "scilay": ["why is the sky blue", "how far away is the moon", "what do plants need to grow", "why does ice float", "what is DNA", "how do magnets work", "what is the boiling point of water",
               "how old is the sun", "why do leaves change colour", "what is a black hole", "how do bees make honey", "what is the speed of light", "what are the states of matter",
               "why do we have seasons", "what is the chemical symbol for gold", "how does a vaccine train cells", "what is an isotope", "how do earthquakes happen"],
    "histlay": ["when did World War II end", "who was Cleopatra", "what caused the French Revolution", "who built the pyramids", "when did the Berlin Wall fall", "what was the Silk Road",
                "who was the first man on the moon", "when was the printing press invented", "what was the Cold War about", "who was Genghis Khan", "what was the Black Death",
                "when did Rome fall", "what was the Magna Carta", "who discovered America", "what was life like in a medieval town"],
    "humlay": ["what did Socrates teach", "what is stoicism", "who painted the Mona Lisa", "what is the plot of Hamlet", "what do Buddhists believe", "what is a metaphor", "who wrote Don Quixote",
               "what is the trolley problem", "what is existentialism", "what is the difference between a symphony and a concerto", "what does Ramadan celebrate",
               "is it ever right to lie", "who was Frida Kahlo", "what is a straw man argument", "recommend a novel by Tolstoy", "what is baroque music"],
    "soclay": ["what is cognitive dissonance", "why do people procrastinate", "what is the capital of {country}", "how many people live in {country}", "what is peer pressure", "how does a bill become law",
               "what is gentrification", "who elects the president of {country}", "what is the bystander effect", "what is urbanization", "what does the UN do", "what is classical conditioning",
               "what are the main rivers of {country}", "what is social mobility", "how does voting work in {country}", "what is attachment theory"],
    "genlay": ["what's the weather like tomorrow", "set a timer for {small} minutes", "recommend a film for tonight", "what should I cook with {small} eggs", "give me a packing list for {city}",
               "what's a good name for a {animal}", "how long is a marathon", "what can I do in {city} on a rainy day", "what day is it today", "play some music", "who won the world cup in 2018",
               "how many ounces are in a cup", "gift ideas for a ten year old", "how do I {chore}", "plan a weekend in {city}", "what time is it in {city}", "what's the tallest building in the world",
               "how long does it take to fly from {city} to {city}", "how do I keep my {animal} cool in summer", "what is {thing}", "best pizza topping",
               "how do I get wine out of a carpet", "what's a good stretch for tired legs after a run", "which {animal} lives the longest"],
    "theorem": ["the ring of integers of Q(sqrt(-23)) is not a unique factorization domain", "every compact Hausdorff space is normal", "there are infinitely many primes congruent to 3 modulo 4",
                "the fundamental group of the circle is the integers", "a continuous function on a compact metric space is uniformly continuous", "the halting problem is undecidable",
                "L^p spaces are complete", "every finite integral domain is a field", "the primes have density zero", "sqrt(2) + sqrt(3) is irrational", "max-cut is NP-hard",
                "a group of order p^2 is abelian", "the Cantor set is uncountable and has measure zero", "Sylow's first theorem", "every bounded monotone sequence converges",
                "the Banach fixed-point theorem", "Stokes' theorem for a compact manifold with boundary", "e is transcendental", "the spectral theorem for compact operators",
                "that every planar graph is five-colourable", "Gödel's second incompleteness theorem", "the Cayley-Hamilton theorem", "the Riesz representation theorem"],
    "derive": ["the Black-Scholes equation from a replicating portfolio", "the Navier-Stokes equations from conservation laws", "the Euler-Lagrange equation for a field with a constraint",
               "the Schwarzschild metric", "the partition function of the two-dimensional Ising model on a small lattice", "the asymptotic distribution of the two-stage least squares estimator",
               "the closed form of the recurrence a(n) = 3a(n-1) - 2a(n-2) + n^2", "the eigenvalues of the Laplacian on the sphere", "a tight bound on the mixing time of a lazy walk on the hypercube",
               "the Kalman filter from Bayes' rule", "the gradient of attention with respect to the keys", "the dispersion relation of waves in a magnetized plasma",
               "the Nash equilibria of a three-player auction with correlated values", "the residue of Gamma(s) zeta(s) at every pole", "the beam deflection under a moving load"],
    "design": ["a lock-free multi-producer queue", "a distributed rate limiter", "a consensus protocol that survives clock skew", "a garbage collector for a real-time system", "a B-tree that is safe against crashes",
               "a payment system with exactly-once semantics", "a search index for a billion documents", "a sharded key-value store", "an incremental type checker", "a scheduler for a GPU cluster",
               "a multi-tenant event pipeline", "a zero-downtime schema migration for a table of four terabytes", "a CRDT for rich text", "a compiler pass that vectorizes reductions", "a log-structured file system",
               "a memory allocator for NUMA machines", "an end-to-end encrypted group chat", "a recommender that learns online", "a fraud detection pipeline", "a transactional outbox across three services"],
    "constraint": ["prove its linearizability", "give the memory orderings and say why each suffices", "bound the worst-case latency", "show that it tolerates two failed nodes", "analyse its amortized complexity",
                   "explain every trade-off against two alternatives", "give the failure modes and how each is detected", "write the full implementation with tests", "estimate hardware cost at 200,000 requests a second",
                   "show how it recovers from a network partition", "formally specify the invariants", "keep the p99 below five milliseconds", "prove that no update is lost"],
    "lawhard": ["whether a clickwrap arbitration clause survives assignment in an asset purchase", "the enforceability of a liquidated damages clause under English and New York law",
                "the tax treatment of a cross-border spin-off under section 355 and the OECD Pillar Two rules", "standing and redressability in a data breach class action after TransUnion",
                "whether the parol evidence rule bars a prior oral warranty in a merged contract", "the interaction of the automatic stay with a foreign main proceeding under Chapter 15",
                "the fair use defence for training data across three circuits", "fiduciary duties of directors in a controlled company's going-private transaction",
                "the choice of law for a tort committed across three countries under Rome II", "successor liability for environmental clean-up after a bankruptcy sale",
                "the admissibility of a hearsay statement under three exceptions", "the constitutional limits of a state's tax on out-of-state digital services"],
    "medhard": ["a 58-year-old with a sodium of 118, seizures and a history of small-cell cancer", "a pregnant woman at 31 weeks with low platelets, raised liver enzymes and a headache",
                "a man on warfarin and fluconazole with an INR of 9 and a falling haemoglobin", "a child with recurrent fevers, a rash and a raised ferritin",
                "a patient with an anion gap of 28, an osmolal gap and blurred vision", "a kidney transplant recipient with fever, a falling white count and a new lung infiltrate",
                "a woman with fluctuating weakness, double vision and a mediastinal mass", "an elderly man with a sudden cold leg, atrial fibrillation and chronic kidney disease"],
    "bizhard": ["a merger of two regional banks with overlapping branches", "a chip maker that must choose between two nodes under export limits", "a drug with a patent cliff in three years",
                "an airline that hedges fuel with collars", "a SaaS firm moving from seats to usage pricing in five markets", "a sovereign with debt in two currencies and a pegged exchange rate",
                "a private equity buyout with a unitranche and a PIK toggle", "an insurer repricing flood risk under new solvency rules"],
    "finask": ["build the full discounted cash flow with three scenarios and a sensitivity table", "value the embedded options and explain every assumption", "find the optimal hedge and prove it minimizes variance",
               "work out the antitrust risk and the remedies a regulator would ask for", "model covenant breaches quarter by quarter", "design the pricing experiment and its power analysis"],
    "debate": ["the causes of the collapse of the Bronze Age", "Kant's and Parfit's accounts of moral reasons", "the historiography of the Meiji Restoration", "the role of institutions against geography in long-run growth",
               "Wittgenstein's private language argument and Kripke's reading of it", "the Thirty Years' War as a religious or a dynastic conflict", "the replication crisis in social priming",
               "the measurement of inequality across tax and survey data", "deterrence by denial in the Baltic", "the reception of Aristotle in Arabic philosophy"],
    "scihard": ["the selection rules for two-photon absorption in a centrosymmetric molecule", "the rate law for a chain reaction with three inhibitors at steady state", "how gene drive spreads in a structured population with resistance",
                "the stability of a three-body orbit near L4 with eccentricity 0.3", "the NMR spectrum of a bicyclic ketone with two diastereotopic protons", "the band structure of twisted bilayer graphene at the magic angle",
                "the effect of a missense mutation on an allosteric site, from first principles", "neutrino oscillation in matter with a varying density"],
    "enghard": ["a flight controller for a quadcopter with a failed rotor", "a three-phase inverter with space-vector modulation and dead-time compensation", "a long-span bridge against flutter",
                "a heat exchanger network for four hot and three cold streams", "a fractional-N phase-locked loop with low jitter", "a robot arm that must not exceed joint torque near a singularity",
                "a turbine blade against creep and fatigue", "a battery pack with active balancing and thermal runaway containment"],
    "rules": ["every line must begin with the next letter of the alphabet", "no word may appear twice", "use exactly 77 words", "each paragraph must contradict the one before without saying so",
              "it must rhyme in an ABBA pattern", "the third sentence must be a palindrome", "cite one source for each claim", "write it in iambic pentameter", "avoid the letter e",
              "use only words of one syllable in the second half", "hide an acrostic of the hero's name", "keep two unreliable narrators apart by syntax alone"],
    "puzzle": ["Five houses stand in a row, each with an owner of a different trade, pet and drink", "A hundred prisoners may each open fifty of a hundred drawers", "Twelve coins look alike and one is lighter or heavier",
               "Three switches outside a room control three lamps inside, of which one is broken", "Two trains and a bird start at speeds that change every hour", "A knight must visit all squares of a 7 by 7 board",
               "Seven people with different schedules must meet in pairs over four days", "Nine cards lie face down and each player knows a different sum"],
    "device": ["a toaster", "a fridge", "a bicycle bell", "a lift", "a thermostat", "a washing machine", "a torch", "a smoke alarm", "a microwave", "a zipper", "a doorbell", "a vacuum cleaner"],
    "role": ["a new waiter", "a first-time manager", "a shop owner", "a freelancer", "a babysitter", "a new team lead", "a receptionist", "a student", "a driver", "a volunteer"],
    "deepverb": ["Assess", "Analyse rigorously", "Work through", "Give a full account of", "Critically evaluate", "Quantify", "Set up a model of", "Weigh the evidence on", "Propose and defend a solution for",
                 "Write a detailed report on", "Reconstruct", "To what extent do experts disagree about", "Rank the approaches to", "Predict, with error bars,"],
    "deeptail": ["state every assumption", "discuss three alternatives and their weaknesses", "quantify each scenario", "with the strongest counter-arguments", "explain how the mechanisms interact",
                 "test the result for sensitivity", "compare at least two jurisdictions or schools", "and justify each step", "from first principles", "including the edge cases", "and say what evidence would change the conclusion",
                 "under conflicting constraints", "with numbers needed and confidence intervals", "and reconcile the contradictory findings"],
    "noun": ["house", "bread", "umbrella", "spoon", "forest", "shoe", "bridge", "cloud", "apple", "window", "mirror", "ladder", "squirrel", "bicycle", "cheese", "river", "to sleep", "to run", "yellow", "tired"],
    "adj": ["happy", "big", "fast", "difficult", "nice", "angry", "quiet", "useful", "strange", "cheap", "bright", "lazy"],
    "shape": ["triangle", "square", "hexagon", "circle", "cube", "pentagon", "rectangle", "sphere"],
    "event": ["the Second World War", "the French Revolution", "the American Civil War", "the moon landing", "the fall of the Berlin Wall", "the Great Fire of London", "the Battle of Hastings", "the Wall Street Crash",
              "the Russian Revolution", "the sinking of the Lusitania", "the Black Death", "the Spanish Armada", "the Congress of Vienna", "the Boston Tea Party", "the siege of Constantinople"],
    "ruler": ["emperor of Rome", "king of England", "president of the USA", "tsar of Russia", "pharaoh of Egypt", "chancellor of Germany", "prime minister of India", "queen of Spain", "shogun of Japan"],
    "nature": ["a mushroom", "a whale", "coral", "a banana", "lichen", "a bat", "seaweed", "a diamond", "rust", "fire", "lightning", "the moon", "a comet", "sound", "a cell", "an enzyme", "salt", "a fossil", "a tide"],
    "art": ["a sonnet", "an ode", "a novella", "an allegory", "a fresco", "an opera", "a fugue", "satire", "a parable", "a ballad", "irony", "a syllogism", "utilitarianism", "Zen", "a psalm", "cubism", "karma", "an epic poem"],
    "book": ["Moby-Dick", "War and Peace", "Pride and Prejudice", "The Odyssey", "1984", "Faust", "The Trial", "Beloved", "Macbeth", "Les Misérables", "The Republic"],
    "faith": ["Hanukkah", "Easter", "Vesak", "Eid", "Holi", "Lent", "the Sabbath"],
    "shell": ["copy a folder", "see free disk space", "find a file by name", "kill a process", "change file permissions", "see which process uses a port", "rename many files", "show the last lines of a log", "unzip an archive"],
    "web": ["add a border to a table in CSS", "make a button blue in HTML", "make a page responsive", "align two columns with flexbox", "load a font in CSS", "add a link in HTML", "hide an element with CSS", "read a form field in JavaScript"],
    "stack": ["Kafka consumer group", "Kubernetes cluster", "Postgres replica", "Redis cache", "CUDA kernel", "React front end", "microservice", "message queue", "CI pipeline", "Spark job", "Elasticsearch index", "GraphQL API", "web crawler", "database trigger"],
    "stackill": ["loses messages under load", "runs out of memory at night", "lags behind by minutes", "deadlocks once a day", "is slow after the upgrade", "double-counts events", "drops connections when a node fails", "is three times slower than it should be"],
    "office": ["CFO", "HR", "ROI", "a stakeholder", "a stand-up meeting", "a value proposition", "a joint venture", "a franchise", "outsourcing", "a brand", "the bottom line", "a supply chain", "a pitch deck"],
    "finhardthing": ["an American put with dividends", "a credit default swap with wrong-way risk", "a leveraged buyout with three tranches", "a lease portfolio under the new accounting standard", "a balance sheet, income statement and cash flow that tie together",
                     "a mortgage-backed security with prepayment", "a barrier option under stochastic volatility", "deferred taxes after an acquisition", "a pension fund's liability hedge", "consolidated accounts in three currencies"],
    "cause": ["trade", "climate", "religion", "taxation", "disease", "technology", "nationalism", "class conflict", "demography", "silver", "literacy", "weak institutions", "debt", "imperial rivalry"],
    "bighist": ["the fall of the Ming", "the English Civil War", "the partition of India", "the industrial revolution in Lancashire", "the scramble for Africa", "the Russian revolutions of 1917", "the decline of Venice",
                "the Taiping rebellion", "the unification of Italy", "the end of the Ottoman Empire", "the Great Depression", "the Haitian revolution", "the Hundred Years' War", "decolonization in Algeria"],
    "finding": ["a potassium of 1.9", "an eosinophilia of 30 percent", "a new diastolic murmur", "low complement", "a positive ANCA", "a raised lactate", "hyperreflexia with atrophy", "a serum calcium of 3.4", "cystic lung lesions", "a low ceruloplasmin",
                "metabolic alkalosis", "a prolonged QT interval", "proximal weakness", "a cavitating nodule", "pancytopenia with a large spleen"],
    "policy": ["a carbon tax with border adjustment", "rent control", "a universal basic income", "school vouchers", "a sugar tax", "compulsory voting", "a four-day week", "drug decriminalization", "congestion pricing", "immigration quotas", "a wealth tax", "early childhood programmes"],
    "topic_words": ["autumn", "a lost key", "the sea", "an old train", "friendship", "a dragon who is afraid of fire", "coffee", "a rainy Monday", "a lighthouse", "moving house", "winter", "my grandfather's watch"],
}

# topic, difficulty, share of all, templates
GROUPS = [
    ("SMALL_TALK", 0.02, 4, """hi|hello|hey there|hi, how are you|hey, what's up|good morning|good evening to you|how are you today|thanks|thank you so much, that helped|ok great|cool|nice to meet you
        |who are you|what's your name|are you a robot|can you help me|tell me a joke|tell me a joke about a {animal}|do you like {animal}s|what's your favourite colour|I'm bored|I'm {name}, nice to meet you
        |how was your day|good night|bye|see you later|you're funny|lol|are you there|what can you do|I had a long day|do you dream|I feel great today|happy new year|you are the best|never mind
        |haha that's good|hello from {city}|what do you think about {city}|I just got back from {city}|it's so hot in {city} today|my {animal} is cute, right?|my {animal} says hi|yes please|no thanks|sure, go ahead
        |sing me a song|how old are you|do you have feelings|guess what I did today|I'm just saying hi|are you human|what are you up to|miss me?|it's friday, finally!|just chatting"""),
    ("GENERAL", 0.04, 4, """{genlay}|{genlay}?|please {genlay}|hey, {genlay}"""),
    ("GENERAL", 0.03, 2, """what sound does a {animal} make|how many legs does a {animal} have|what do {animal}s eat|how do I {chore}?|what is {thing}?|define {thing}|is {city} bigger than {city}?|name {small} fruits
        |what is the opposite of hot|what colour do you get from blue and yellow|how many days are in a week|spell necessary|which month comes after May|name three colours|is a {animal} a mammal?"""),
    ("SOCIAL", 0.05, 3, """{soclay}|{soclay}?|what is the capital of {country}?|which continent is {country} in?|what language do they speak in {country}?|what's the currency of {country}|explain briefly: {soclay}"""),
    ("SCIENCE", 0.08, 3, """{scilay}|{scilay}?|explain to a child: {scilay}|quick question, {scilay}?|in one sentence, {scilay}"""),
    ("HISTORY", 0.06, 3, """{histlay}|{histlay}?|in short, {histlay}?|for school: {histlay}?"""),
    ("HUMANITIES", 0.08, 3, """{humlay}|{humlay}?|in a few words: {humlay}?|I wonder, {humlay}"""),
    ("MATH", 0.05, 4, """what's {small}+{small}|what is {small} plus {small}?|{small} * {small}|calculate {small} - {small}|what is {small} percent of 200|is {small} even or odd?|how many minutes are {small} hours
        |round {small}.{small} to one decimal|what is half of {small}|convert {small} inches to centimetres|{small} divided by 2|what is the square of {small}|add {small}, {small} and {small}|what is {small}% as a fraction
        |what's the area of a square with side {small}|what is pi to two digits|solve x + {small} = {small}|count from 1 to {small}|what's the average of {small} and {small}"""),
    ("TRANSLATION", 0.04, 5, """translate '{phrase}' into {lang}|how do you say "{phrase}" in {lang}|what is {lang} for '{phrase}'?|{phrase} in {lang}|Translate to {lang}: {sentence}|Translate the following into {lang}:\n\n{news}
        |please translate this email to {lang}: {news}|what does this mean in English (it is {lang})?|I need this in {lang}: {phrase}|Render the text below in {lang}.\n{news}|say {phrase} in {lang}
        |can you put this into {lang} for me? {sentence}"""),
    ("TRANSLATION", 0.7, 1, """Translate this poem about {topic_words} into {lang} so that {rules} and the double meanings survive; explain each choice.|Translate the contract clause below into {lang}, keep every legal term of art exact for courts in {country}, and annotate where {country} law has no equivalent: {lawhard}"""),
    ("WRITING", 0.08, 4, """write {letterfor}|Write {letterfor}.|rewrite this to be {mood}: {sentence}|make this {mood}: "{sentence}"|correct the grammar: {sentence}|fix the spelling in: {sentence}|rephrase: {sentence}
        |write a short poem about {topic_words}|Draft {letterfor}, two or three lines.|give me a title for a story about {topic_words}|write an email to {relation} about lunch on Friday|another word for happy
        |write a tweet about {topic_words}|proofread this: {sentence}|Improve this sentence: {sentence}|write a haiku about {topic_words}|help me word a text to {relation}: I'll be late|Write one paragraph about {topic_words}."""),
    ("WRITING", 0.72, 2, """Write a sonnet about {topic_words} where {rules} and {rules}.|Write a 2,000-word short story about {topic_words} with three narrators; {rules}; {rules}; and explain afterwards how each rule was kept.
        |Compose a crown of sonnets on {topic_words}: {rules}. Check every line against the rule.|Rewrite the following as a dialogue in which {rules}, {rules} and the facts stay the same: {news}"""),
    ("SUMMARIZING", 0.06, 5, """summarize {doc} {howshort}|Summarize {doc} {howshort}:\n\n{news}|tl;dr: {news}|give me the gist of {doc}|what are the key points of {doc}? {news}|shorten this {howshort}: {news}|Sum up {doc} {howshort}.\n{news} {news}
        |can you recap {doc} {howshort}|condense the following {howshort}. {news}|main takeaways from {doc}?|Write an abstract of {doc}.|What was decided in {doc}? {news}|boil this down: {news}|list the action items in {doc}: {news}"""),
    ("CODE", 0.12, 4, """what is {codething}?|what is {codething} in {plang}|how do I write {codething} in {plang}|write a {plang} function that {codejob}|{plang} one-liner that {codejob}|how do I print hello world in {plang}
        |what does this do?\n{snippet}|what's wrong with this code?\n```\n{snippet}\n```|how do I exit vim|how do I undo a git commit|how to install {plang} on Ubuntu|add a comment to this line: {snippet}|explain {codething} simply
        |convert this to {plang}: {snippet}|what does {codeerror} mean|getting "{codeerror}" in {plang}, what now?|Write a script in {plang} that {codejob}."""),
    ("CODE", 0.4, 2, """Fix the {codeerror} in my {plang} service; it only shows under load.|Write a {plang} program that {codejob}, handles bad input and streams large files, with tests.|Review this {plang} code for bugs and races:\n```\n{snippet}\n```
        |Refactor the code so that it {codejob} without allocating, in {plang}.|Why is this query slow on ten million rows and how do I index it? SELECT * FROM orders o JOIN users u ON u.id = o.user_id WHERE o.state = 'open' ORDER BY o.created_at"""),
    ("CODE", 0.86, 4, """Design {design} in {plang} and {constraint}.|Design {design}; {constraint}; {constraint}.|Implement {design} in {plang}. {constraint}, and {constraint}.|How would you build {design}? Compare three architectures, {constraint}, and {constraint}.
        |Write {design} from scratch in {plang}, without any library, and {constraint}|Our {plang} system has {codeerror} once a week in {design}. Give a plan to find the root cause, a fix, and {constraint}.|We need {design} for 40 teams: {constraint}. Then {constraint}. Then write the migration plan."""),
    ("MATH", 0.88, 4, """Prove that {theorem}.|Prove {theorem}.|prove {theorem} without using the axiom of choice|Derive {derive}.|derive {derive} step by step and state every assumption|Give two different proofs that {theorem}, and say which generalizes.
        |Is it true that {theorem}? Prove it or find a counterexample, and discuss what changes in characteristic p.|Show that {theorem}; then compute an explicit example and prove that the bound is sharp.|{puzzle}. Find the optimal strategy and prove that no better one exists."""),
    ("MATH", 0.7, 1, """{puzzle}. Work out who has what.|{puzzle}: how many ways are there, and why?|Find all integer solutions of x^{small} + {small}y^2 = {small} and prove there are no others.|Compute the integral of x^{small} exp(-x^2) / (1 + x^{small}) over the real line in closed form."""),
    ("MEDICAL", 0.2, 6, """my {test} is {value}, what does that mean?|what does my {test} of {value} mean|My MRN is {mrn}, what does my {test} of {value} mean?|I have {symptom}, should I see a doctor?|I have {symptom}|I've had {symptom} since Monday
        |can I take {drug} with {drug}?|what are the side effects of {drug}|{relation} was diagnosed with {illness}, what now?|what are the early signs of {illness}|is {illness} contagious|how much {drug} can I take a day
        |I forgot my {drug} this morning|is it normal to have {symptom} after starting {drug}|my doctor prescribed {drug} for {illness}, is it safe|{relation} has {symptom} and takes {drug}|Is a {test} of {value} dangerous?
        |patient {mrn}: {test} {value}, please explain|my lab results say {test} {value}|what is {illness}?|I'm pregnant and have {symptom}|can {illness} be cured|I think I have {illness}|could {symptom} be {illness}?|MRI showed a small cyst, should I worry
        |my therapist says I have {illness}|what foods should I avoid with {illness}|Here are my blood results: {test} {value}, {test} {value}. Is that ok?"""),
    ("MEDICAL", 0.82, 2, """{medhard}: give the differential, the next three tests in order, and the treatment with doses.|Work up {medhard}. Which diagnosis explains all findings, and what would change your mind?|Critically appraise the evidence for treating {illness} with {drug} in patients who also take {drug}; compare trials, effect sizes and bias, and design a better trial."""),
    ("LEGAL", 0.25, 5, """{lawlay}, what can I do?|{lawlay}|{lawlay}. do I need a lawyer?|what is {lawdoc}?|do I need {lawdoc}?|how long does {lawdoc} take in {country}|is it legal to record a call in {country}|can they sue me because {lawlay}?
        |what are my rights if {lawlay}|how do I file for divorce|Is this clause in my lease enforceable?|{relation} says that {lawlay}. Is that legal?|how do I get {lawdoc}|case number {mrn}: what happens at the hearing?|what is the penalty for tax fraud in {country}"""),
    ("LEGAL", 0.86, 3, """Analyse {lawhard}. Discuss the leading cases, the split of authority and the strongest argument for each side.|Write a memorandum on {lawhard}, with counter-arguments and a recommendation.|Advise on {lawhard} and {lawhard}; draft the clause that avoids both problems.
        |Compare {country} and {country} law on {lawhard}, step by step, and say where the result differs.|{lawhard}: argue it before an appellate court."""),
    ("FINANCE", 0.18, 4, """{finlay}|{finlay}?|{finlay}, I'm {small}|I owe {money} on my card, {finlay}?|I earn {money} a month: {finlay}?|transfer {money} to {name}|my bank charged me {money} twice|is {money} too much for rent
        |what's the interest on {money} at {small} percent|should I buy stocks or bonds with {money}|{relation} owes me {money}|my account number is {mrn}, why was the payment of {money} refused?|how do I invoice a client in {country}"""),
    ("FINANCE", 0.84, 2, """For {bizhard}, {finask}.|Consider {bizhard}: {finask}, then {finask}.|Derive {derive} and then {finask} for {bizhard}."""),
    ("BUSINESS", 0.12, 3, """{bizlay}|{bizlay}?|quick tips: {bizlay}|for my shop in {city}: {bizlay}?"""),
    ("BUSINESS", 0.8, 2, """Develop a five-year strategy for {bizhard}: competitors' responses, organization, risks, financing, and what would falsify it.|Analyse {bizhard} with game theory; state the players, payoffs and equilibria, and {finask}."""),
    ("ENGINEERING", 0.22, 4, """{englay}|{englay}?|quick one: {englay}|I'm an apprentice, {englay}?|for a project in {city}: {englay}?"""),
    ("ENGINEERING", 0.85, 3, """Design {enghard}: derive the model, choose the control law, prove stability and give the tuning.|Design {enghard}. State the loads, the calculation, the safety factors and the test plan.|Optimize {enghard} under three conflicting constraints and show the Pareto front."""),
    ("PEOPLE", 0.08, 5, """{relation} and I had a fight, what should I say?|how do I tell {relation} that I'm moving|what do you know about {name} {surname}|{name} {surname} keeps missing deadlines, how do I bring it up?|write feedback for {name} {surname}, who is often late
        |{relation} forgot my birthday|is {name} {surname} a good candidate for the job?|performance review of {name} {surname}|{name} ({small}) lives in {city} with {relation}|who is {name} {surname}?|should I forgive {relation}|{relation} is getting married, gift ideas?
        |{name} told me a secret about {name}|how do I make friends in {city}|I think {relation} is lying to me|what is {name} {surname}'s phone number|employee {name} {surname} asked for parental leave|{name} {surname} from {city} applied, read the CV
        |how do I ask {relation} out|my team member {name} cries in meetings|{name} {surname} was promoted over me|find out where {name} {surname} lives|my kid {name} is being bullied at school"""),
    ("PEOPLE", 0.6, 1, """Plan the reorganization of a team of {small} in which {name} {surname} and {name} {surname} cannot work together, two people leave and {relation} must not be told; weigh four options against fairness, law and cost.
        |Mediate between {name} {surname} and {name} {surname}: reconstruct each one's interests from their letters, propose a settlement and test it against every objection."""),
    ("HISTORY", 0.8, 3, """To what extent did {cause} rather than {cause} cause {bighist}? {deeptail}.|Was {bighist} a matter of {cause} or of {cause}? Weigh the evidence of several countries against the older literature.|{deepverb} the part of {cause} in {bighist}, {deeptail}.
        |Compare {bighist} with {bighist} as regards {cause} and {cause}; {deeptail}.|How would the account of {bighist} change if {cause} is measured properly? Propose data and method, {deeptail}."""),
    ("MEDICAL", 0.82, 3, """A {small}-year-old presents with {finding}, {finding} and {symptom}. Work through the differential to one diagnosis and plan the treatment.|A {small}-year-old on {drug} and {drug} has {finding}, {finding} and {finding}: explain the mechanism, {deeptail}, and manage it step by step.
        |Compare the evidence for early and late {drug} in {illness}, with numbers needed to treat and the weaknesses of the trials.|{deepverb} {illness} with {finding} in pregnancy, {deeptail}.|Reconcile {finding} with {finding} in a patient with {illness}; {deeptail}."""),
    ("SOCIAL", 0.8, 2, """Design a study of the effect of {policy} that is robust to selection; discuss the bias of the usual estimators and propose a better one.|{deepverb} {policy}: incidence, incentives, politics; {deeptail}.|Compare {policy} and {policy} in {country} and {country}; {deeptail}, {deeptail}.
        |Predict who wins and who loses from {policy}, with a formal model and its limits."""),
    ("BUSINESS", 0.8, 2, """Devise an entry strategy into {country} for {bizhard}, {deeptail}, {deeptail}.|Set up a model of pricing for {bizhard}, solve it, and {deeptail}.|Turn around {bizhard}: diagnose, choose, sequence and finance, {deeptail}."""),
    ("SCIENCE", 0.82, 2, """Propose a mechanism that explains {scihard}, {deeptail}.|Show how {scihard} follows from first principles and estimate the size of the effect.|Reconcile two contradictory measurements of {scihard}; {deeptail}."""),
    ("MATH", 0.05, 3, """how many sides does a {shape} have|how do I find the area of a {shape}|what's the perimeter of a {shape} with side {small}|{small} times {small}|{small} x {small} = ?|{small} minus {small} is?|is {small} a prime number
        |what is {small} squared|square root of {small}|how many degrees are in a {shape}|what is {small} out of {small} in percent|half of {small}?|count backwards from {small}|what's bigger, {small}/{small} or {small}/{small}|volume of a {shape}|what is a fraction
        |write {small} in roman numerals|what is a {shape}|solve {small}x = {small}|what's the median of {small}, {small}, {small}"""),
    ("HISTORY", 0.06, 3, """what year was {event}|when was {event}?|who was the first {ruler}?|what happened in {event}|which {ruler} was the most famous|why did {event} happen|who fought in {event}|name a famous {ruler}|how long did {event} last
        |what did people eat at the time of {event}|who was {ruler} during {event}?|tell me about {event} in two sentences"""),
    ("SCIENCE", 0.06, 3, """what is {nature} made of|is {nature} alive?|why is {nature} important|how does {nature} form|is {nature} heavier than water|what is {nature}?|is {nature} an animal or a plant in biology|how big is {nature}
        |what do scientists know about {nature}|why do we see {nature}|how many elements are in the periodic table|what planet is closest to the sun|what is an electron|why do we sneeze|why is blood red|how fast does light travel"""),
    ("HUMANITIES", 0.06, 3, """what is {art}?|give an example of {art}|who wrote {book}?|what is {book} about|who is the author of {book}|which religion celebrates {faith}|what does {faith} mean to believers|who invented {art}|is {book} worth reading
        |main theme of {book}?|what is the difference between {art} and {art}|what is the meaning of {faith}|who composed the Ninth Symphony"""),
    ("TRANSLATION", 0.03, 3, """what's the {lang} word for {noun}?|{lang} for {noun}|how would a {lang} speaker say {noun}|{noun} in {lang}?|how is '{noun}' called in {lang}|what does the {lang} word for {noun} sound like|put this into {lang}: {sentence}
        |this came in {lang}, what does it say in English?|from {lang} to English please: {phrase}|translate: {phrase} -> {lang}|what is '{phrase}' in {lang} and {lang}"""),
    ("WRITING", 0.05, 3, """give me a synonym for {adj}|another way to say {adj}|what rhymes with {noun}|make this sound {mood}: {sentence}|make this sound {adj}: {phrase}|write a sentence with the word {noun}|a poem about {noun}, four lines|use {adj} in a sentence
        |suggest a headline about {noun}|suggest a subject line for an email about {noun}|fix typos: {sentence}|is this sentence correct? {sentence}|write a funny caption for a picture of {noun}|write a rhyme for {relation}
        |word this better: {sentence}|rewrite without the word {adj}: {sentence}|write a note to {relation}: the {noun} is broken"""),
    ("SUMMARIZING", 0.05, 3, """tldr|tldr please|tl;dr of {doc}|cut this down to {small} words: {news}|cut this to half its length. {news}|overview of {doc}, short|an overview of {doc} please|what's this about? {news}|in short, what does it say? {news}
        |one-line summary: {news}|summary of {doc}?|recap|recap {doc}|the highlights of {doc}|make {doc} shorter, {howshort}|sum it up in {small} words: {news} {news}|what do I need to know from {doc}?|key facts only: {news}|Summarize in one line: {news}"""),
    ("CODE", 0.08, 3, """what's the command to {shell}|how do I {shell} in linux|{shell} from the terminal|how to {web}|how do I {web}?|which linux command can {shell}|what is a {stack}?|what is a {stack} good for|declare {codething} in {plang}|{plang}: loop over a list
        |{plang}: print the numbers from 1 to {small}|how do I comment out a line in {plang}|what does git push do|git: rename a branch|html for a heading|what does 'chmod +x' do|python version check|how to start a {stack}"""),
    ("CODE", 0.8, 2, """Our {stack} {stackill}. Find the likely causes, propose a redesign and show how to verify it.|Our {stack} {stackill} and the {stack} {stackill}: explain the interaction, fix both, and {constraint}.|Architect a platform with a {stack} and a {stack} for ten regions; {constraint}; {constraint}.
        |Port this {plang} program to a {stack}, minimize latency, and {constraint}.|Give an O(n log n) algorithm in {plang} and prove its correctness and complexity; then {constraint}.|Write a compiler for a small language in {plang} with register allocation; {constraint}."""),
    ("BUSINESS", 0.06, 2, """what does {office} mean|what is {office}?|why does {office} matter for a company|explain {office} to {role}|tips for {role} at a company|how does {role} plan shifts|how do I get more customers as {role}|first week at work as {role}, tips?|what does a {office} do all day"""),
    ("FINANCE", 0.84, 2, """Price {finhardthing} and explain the sensitivities.|Build a full model of {finhardthing}, reconcile it, and {deeptail}.|{deepverb} {finhardthing}; {deeptail}.|Derive the value of {finhardthing} and {finask}."""),
    ("GENERAL", 0.05, 2, """how does {device} work, roughly?|my {animal} is hungry, what can it eat|where do I buy {device}|is {device} expensive|tips for {role}|one tip for {role}, please|give me a name for {device}|list {small} words that rhyme with day|what should {role} wear
        |what can I do with {small} minutes in {city}|I lost {device}|pick a number below {small}|which is better, tea or coffee|what's a good present for {role}"""),
    ("MEDICAL", 0.8, 1, """{deepverb} {medhard}; {deeptail}.|{deepverb} the choice between {drug} and {drug} in {illness} with renal failure, {deeptail}, {deeptail}."""),
    ("LEGAL", 0.82, 1, """{deepverb} {lawhard}, {deeptail}.|{deepverb} {lawhard}; {deeptail}; {deeptail}."""),
    ("BUSINESS", 0.8, 1, """{deepverb} {bizhard}, {deeptail}.|{deepverb} {bizhard}; {deeptail}; {deeptail}."""),
    ("SCIENCE", 0.82, 1, """{deepverb} {scihard}, {deeptail}.|{deepverb} {scihard}; {deeptail}; {deeptail}."""),
    ("ENGINEERING", 0.82, 1, """{deepverb} {enghard}, {deeptail}.|{deepverb} {enghard}; {deeptail}; {deeptail}."""),
    ("CODE", 0.82, 1, """{deepverb} {design}, {deeptail}.|{deepverb} {design}; {deeptail}; {constraint}."""),
    ("MATH", 0.85, 1, """Show that {theorem}.|Let a claim be given: {theorem}. Show it, {deeptail}.|Compute explicitly, {deeptail}: {derive}."""),
    ("HUMANITIES", 0.78, 1, """{deepverb} {debate}, {deeptail}.|{deepverb} {debate}; {deeptail}; {deeptail}."""),
    ("FINANCE", 0.8, 1, """{deepverb} the financing of {bizhard}, {deeptail}.|For {bizhard}, {finask}, {deeptail}."""),
    ("HISTORY", 0.78, 1, """Write a critical essay on {debate}, with the main schools, their evidence and its weak points.|Reassess {debate} from primary sources; what evidence would decide it?"""),
    ("HUMANITIES", 0.78, 2, """Compare and criticize {debate}; construct the strongest objection to each and answer it.|Reconstruct the argument in {debate} in numbered premises, show which is doubtful, and defend a new position in detail."""),
    ("SOCIAL", 0.78, 2, """Design a study that separates the explanations of {debate}; identification strategy, power, threats to validity, and the estimator.|Evaluate {debate} with evidence from three countries and a formal model."""),
    ("SCIENCE", 0.85, 3, """Derive {scihard}.|Explain quantitatively {scihard}, with all steps and orders of magnitude.|Predict {scihard} and design an experiment that could refute the prediction.|Work out {scihard}; then {derive}."""),
]

OPENERS = ["", "", "", "", "", "", "please ", "hey, ", "Hi! ", "quick question: ", "Could you help me? ", "I need help. ", "ok so ", "Good morning. ", "for my homework: "]


def fill(template, rng, slots=SLOTS):
    """Every {slot} with one of its words; fillers may hold slots of their own."""
    while True:
        found = re.search(r"\{(\w+)\}", template)
        if not found:
            return template
        if found[1] == "mrn":
            word = "".join(rng.choice("0123456789") for _ in range(rng.choice([6, 8, 8, 10])))
        else:
            word = rng.choice(slots[found[1]])
        template = template[: found.start()] + word + template[found.end() :]


def roughen(text, rng):
    """As people type: an opener, no capitals, no last full stop."""
    opener = rng.choice(OPENERS)
    if opener:
        text = opener + text
    if rng.random() < 0.3:
        text = text.lower()
    elif rng.random() < 0.5:
        text = text[0].upper() + text[1:]
    if rng.random() < 0.3:
        text = text.rstrip(".?")
    return text


def make(per_share=90, seed=7):
    """[(text, topic, difficulty, number of the template it came from)], without repetition, always the same.

    Templates' numbers let a test hold whole templates back.
    """
    rng = random.Random(seed)
    seen, out, number = set(), [], 0
    for topic, difficulty, share, words in GROUPS:
        templates = [t.strip().replace("\\n", "\n") for t in words.split("|")]
        for i in range(share * per_share):
            which = i % len(templates)
            text = roughen(fill(templates[which], rng), rng)
            if text not in seen:
                seen.add(text)
                out.append((text, topic, difficulty, number + which))
        number += len(templates)
    return out


if __name__ == "__main__":
    made = make()
    print(len(made))
    for row in random.Random(1).sample(made, 40):
        print(row)
