"""Templates of texts with private things in them, and of such as look like them and are not.

<a|b> is a choice, {slot} a value; names_data.py fills them. Slots of a person: {p} as it comes, {p.f} first name,
{p.l} last, {p.full}, {p.h} with a form of address, {p.u} user name, {p.initial}; p2 to p6 are others. {o} any
organization ({o.c} company, {o.s} school, {o.i} institution), {l} place ({l.c} city), {a} address ({a.m} in lines, {st}
a street, {zip}), {d} date, {t} title of a job, {n} nationality or creed, {h} handle, {x} user name. Not private: {job},
{prod}, {thing}, {topic}, {code}, {num}, {money}, {filler} (a sentence of someone else's), {any} (a text from below).
"""

CHAT = """
<hi|hey|hello|yo|good morning> <{p.f}|{p.f}!|{p.full}>, <how are you|are you free later|can you call me back|did you get my message|thanks for yesterday>?
<my name is|I'm|i am|this is|my name's|call me|people call me> {p} <and I live in {l}|and i work at {o}|from {l}|and I need help with {thing}||, nice to meet you>
<my|our> <boss|manager|wife|husband|brother|sister|mom|dad|friend|neighbor|neighbour|landlord|teacher|doctor|roommate|ex|girlfriend|boyfriend|son|daughter|kid|colleague|coworker|dentist|lawyer|cousin|uncle|aunt> {p} <is moving to {l}|works at {o}|said that {thing} is broken|won't talk to me anymore|just got a job at {o.c}|was diagnosed with {topic}|is turning {num}|keeps calling me|lives in {l} with {p2}>
<can you|could you|please|pls> <tell|ask|remind|email|message|call|text|write to> {p} <about {thing}|that I'll be late|to send me {thing}|and {p2} that the meeting with {o} is cancelled|from {o}>
<i met|I saw|I talked to|I spoke with|we visited|I'm meeting|i had lunch with> {p} <at|near|in> {l} <yesterday|last week|{d}|>
i <live|grew up|was born|work|study> in {l} <but|and> my family is <in|from> {l2}
I <work|worked|used to work|intern|interned|volunteer> <at|for|with> {o} <in {l}|as a {job}||and now I'm at {o2}>
i <study|studied|graduated|got my degree|am doing my phd> <at|from> {o.s} <in {l}||, {topic} major>
what do you think <of|about> <{p}|{o}|{p} from {o}>?
<do you know|have you heard of|who is|who was|tell me about> <{p}|{o}|{l}>?
is <{p}|{p.f}> <a boy's or a girl's name|coming too|still working at {o}|married to {p2}|related to {p2}>?
<best|cheap|good> <restaurants|hotels|schools|things to do|gyms|neighborhoods> <in|near|around> {l}
<flight|train|bus|directions|distance> from {l} to {l2} <on {d}||tomorrow>
<weather|time|news> in {l.c} <today|right now|tomorrow>
how <far|long> is it from {l} to {l2}
plan <a|me a> <{num} day|weekend|week long> <trip|itinerary> <to|for|in> {l} <with stops in {l2} and {l3}|for {p} and me|>
write a <birthday|wedding|thank you|get well|farewell> <card|message|speech|poem|toast> for <{p}|my friend {p}|{p} and {p2}|my boss {p}> <who works at {o}||from {p3}>
{p.f} and {p2.f} <are fighting again|got married in {l}|broke up|are having a baby|bought a house in {l.c}>, what should I <say|do|write>?
<lol|omg|haha|ugh|wtf|so> {p.f} <just told me|said|thinks> <that {p2.f} is {n}|that {o} is closing|we should move to {l}|{thing} is mine>
<thx|thanks|thank you|cheers|ty> {p.f}<!||, see you in {l}|, talk soon>
<tell me a joke about|roast|write a rap about|make fun of> my friend {p.f} who <loves|hates> <{thing}|{l}|{o}>
<mr|mrs|ms|dr|prof> {p.l} <gave me|wants|says|asked for> {thing}
is {o} <a good company|legit|a scam|hiring|open on sunday|better than {o2}>?
why did {o} <buy|sue|acquire|merge with|fire> <{o2}|{p}>?
compare {o} <and|vs|with> {o2} <in terms of {topic}|for a {job}|>
How much does {o} pay a {job} in {l}?
{p.f}: <hey|hi> {p2.f}, <did you finish {thing}|are you coming to {l}>?\\n{p2.f}: <no|not yet|yes>, <ask {p3.f}|{p3.f} has it|I'm still at {o}>.\\n{p.f}: ok
[{d}] {p}: <hi|hello>\\n[{d}] {p2}: {filler}\\n[{d}] {p}: <lol|ok|see you at {l}|I'll be at {o}>
{filler} <Best|Thanks|Cheers|Regards|Love>, {p.f}
{filler} <{p.f}|{p}> <told me so|said that|knows more|can confirm>. {filler}
{filler} I am {p}<, a {job} <at|with> {o}||from {l}>. {filler}
{filler} <Since I moved to|When I was in|I live in> {l}, {filler}
{filler} <My address is|Please send it to|I live at|ship to|deliver it to> {a}. {filler}
<nanny|babysitter|plumber|tutor>: {p}, {phone}
my <username|login|user|handle|nick|account name|gamertag|insta|steam id|discord|reddit name|user id> is {x}
<add|follow|dm|ban|unblock|report> <me on discord: |me |>{x} <please||on twitter>
@{h} <thanks for the follow|lol|did you see this|{filler}>
RT @{h}: {filler}
the user {x} <cannot log in|has posted spam|was banned|wrote the review>
<I changed|change|reset> the password for <user |account |>{x}
remind me to <call|pay|email|visit|pick up> <{p.f}|{p}|{o}|mom|dad> <tomorrow|at noon|on {d}>
<my name is spelled|it's> {p.full}, not {p2.full}
what <does|is> the <name|surname|first name> {p.f} <mean||origin>
<our|my> <dog|cat|hamster> {p.f} <ate {thing}|is sick|ran away in {l}>
so {p.f} <went|drove|flew> to {l} <w/|with> {p2.f} <and|to see> {p3.f} <at {o}|>
i need to sue {o} because <{p}|they|their {job}> <broke|lost|stole> {thing} <in {l}|>
should i <take the offer from|quit|leave|stay at|join> {o} or <{o2}|move to {l}>
im {p.f}, {num}, from {l}
<no|sorry|wait|oops|forget it>, <i meant|I mean|not> {l}<: what is there to see?|, not {l2}|, what do people do there?|: how do i get there>
<what|anything> <to see|to do|worth seeing|to eat> in {l}<, we have {num} days|| in <may|winter|summer>>?
{l} or {l2} <for a honeymoon|with kids|in <may|winter>|for remote work>?
<can you|please> explain how {o.c} and {o2.c} <differ|compete|make money> <in {topic}|>
<write|give me|make> a <swot analysis|business plan|slogan|pitch deck|press release|case study|marketing plan|job ad> <for|of|about> {o.c}<, a <small |vegan |family |> <cafe|startup|clinic|shop|studio|agency> in {l.c}||>
<our|my> <company|startup|shop|restaurant|nonprofit|band|team|clinic|studio>,? <called |>{o.c},? <sells {thing}|helps people with {topic}|was founded in {d}|is in {l.c}|needs a slogan>
<i have|got> an <interview|appointment|exam|internship> <at|with> {o} <in {l.c}|> <tomorrow|next week|on {d}|>
is <dr|mr|coach|judge|professor> {p.l} <any good|strict|real|nice>
<someone|a guy|an agent> from {o} <called me|emailed me|came by> <about {thing}|and asked for {p.f}|>
help me <reply to|answer> this <message|email|text|comment> from {p.f}: "{filler} <are you in {l} too?|see you at {o}>"
<letter|report|certificate|reference|permission slip> <for|to|from> {p} <of {o}|({o})|, {o}|>
{x}: {filler}\n{x}: <yeah|no|lol>, {filler}
<student|employee|player|patient|guest>: {p.f}, <grade|score|room|dose> {num}; <student|employee|player|patient|guest>: {p2.f}, <grade|score|room|dose> {num}
the <novel|game|campaign|film> is set in {l.c}, where {p} <owns|runs> a <bar|shop|school|farm> called {o.c}
I, {p.full}, of {a}, <declare|certify|swear> that {filler}
<what|which> <courses|jobs|programs|products|services> does {o} <offer|have|sell>?
<customer service|headquarters|refund policy|phone number|return policy> <of|at|for> {o}
<review|summarize|rate> {o.c} <as an employer|on {l}|for me>
<finished|completed|passed> the {prod} <course|certificate|exam> at {o}
{p.f} and {p2.f} split a bill of {money}. {p.f} pays <double|half>. How much does {p2.f} pay?
<The|Our> {o.s} <football team|choir|newsletter|bake sale|robotics club> <is|was> <on {d}|at {l}|run by {p}>
{o} has <fined|sued|hired|warned|paid> {o2} <for {topic}|over {thing}|>
<At|In|Near> {o}, {filler}
<my zip code is|zip|zip code|postal code|postcode>:? {zip}
<ZIP|Zip code|Postcode|PLZ>: {zip}
my <apartment|place|office> is <at|on> {st} <in {l.c}|, {l.c}|>
me and {p.f} <r|are> <goin|going> <2|to> {l} <2nite|tonight|on {d}> u coming?
idk if {p.f} <is|was> at {o.s} <or|and> {o2.s}
"""

WORK = """
Subject: <{thing}|Meeting with {o}|Introduction: {p} and {p2}|Interview at {o}|Re: {thing}|Invoice from {o.c}>\\n\\n<Dear|Hi|Hello> <{p.h}|{p.f}|{p}|all|Sir or Madam>,\\n\\n{filler} <I am writing on behalf of {o}.|I hope you are well.|It was great to meet you at {o} in {l}.|{p2} told me about your work at {o2}.> {filler}\\n\\n<Best regards|Kind regards|Sincerely|Best|Yours faithfully|Thanks>,\\n{p3}\\n<{t}\\n{o}|{o}|{t}, {o}|{phone}|{a.m}|>
From: {p} <<{email}>>\\nTo: {p2} <<{email}>>\\nCc: {p3.full}\\nDate: {d}\\nSubject: {thing}\\n\\n{p2.f},\\n{filler}\\n{p.f}
<write|draft|compose|rewrite|proofread|improve> <an email|a letter|a message|a reply|a formal email> to {p.h} <at {o}|from {o}|> <about {thing}|asking for {thing}|to complain about {o2}|saying that {p2} will be late>
<Correct|Fix|Proofread|Rephrase|Improve|Translate to German|Translate into Spanish|Summarize|Make this more polite|Paraphrase>: <"|>{any}
<Correct|Rephrase|Improve|Summarize|Translate|Rewrite> <this|the following> <text|email|paragraph|letter>:\\n\\n{any}
Write a cover letter for <{p}|me, {p},|a {job} named {p}> <applying to|for a position at|for the {t} role at> {o}. <{p.f} studied at {o.s} and worked at {o2.c} in {l}.|I have {num} years of experience at {o2.c}.|The hiring manager is {p2.full}.>
Dear Hiring Manager,\\nI am excited to apply for the {t} position at {o}. <With {num} years of experience at {o2.c}|As a graduate of {o.s}>, I {filler}\\nSincerely,\\n{p.full}
Dear <{p.h}|Professor {p.l}|{p.full}>,\\nMy name is {p2.full} and I am a <student|{job}|candidate> at {o}. {filler} I would be glad to join <{o2}|your group at {o2.s}>.\\n<Sincerely|Yours truly|Respectfully>,\\n{p2.full}
{p.full}\\n{a.m}\\n{phone} | {email}\\n\\n<SUMMARY|PROFILE|OBJECTIVE>\\n{filler}\\n\\n<EXPERIENCE|WORK HISTORY>\\n{t}, {o.c}, {l} — {d}\\n- {filler}\\n{t2}, {o2.c} ({l2})\\n\\nEDUCATION\\n{o.s}, {l3}\\n<References: {p2.full}, {t2} at {o2.c}|>
<Resume|CV> of {p.full}\\n{t} at {o.c}\\n{o2.c} | {t2} | {l}\\n{o.s} | <BSc|MSc|PhD|B.Tech|MBA> in {topic}\\nSkills: {prod}, {prod2}, {topic}
Worked as {t} at {o.c}, {l} and later at {o2.c}, where I {filler}
Meeting notes <{d}|>\\n<Attendees|Present|Participants>: {p}, {p2}, {p3} and {p4.f}\\n<Agenda|Topics>: {thing}\\n- {p.f} <will|to> <contact|call|send {thing} to> {o}\\n- {p2.f}: {filler}\\nAction: {p3.f} <by {d}|>
{p.f} <to follow up with|to check with|owes> {p2} <from {o}|> <re|about|on> {thing}
Ticket #{num}: <customer|user|client> {p} <({x})|from {o}|> <reports that {thing} does not work|cannot log in to {prod}|asks for a refund|called from {l}>. <Assigned to {p2.f}.|Escalated to {p2} at {o2}.|>
{p} (<Customer|Agent|Support|Guest|Client>): {filler}\\n{p2} (<Agent|Support>): {filler}
<Agent|Operator|Bot>: <What is your name|May I have your name|Name please>? <User|Customer|Caller>: <{p}|it's {p}|My name is {p}>
<Bot|Agent>: <What's your address|Where do you live|Where should we ship it>? <User|Customer>: <{a}|it's {a}>
<Patient|Pt|Name>: {p.full}<, {num} y/o <male|female>|> \\n<Physician|Attending|Referred by|GP>: <{p2.h}|{p2}> <({o.i})|, {o.i}|>\\n<Address: {a}\\n|>Assessment: {filler}
<Mr.|Mrs.|Ms.> {p.l} <presented with|complains of|was admitted to {o.i} with|denies> {topic}. <Dr.|Doctor> {p2.l} <advised|ordered> {thing}. <Follow up at {o.i} on {d}.|Daughter {p3.f} is at the bedside.|>
INVOICE #{num}\\n<Bill to|Sold to|Customer>:\\n{p.full}\\n{o.c}\\n{a.m}\\n\\n<Ship to>:\\n{p2}\\n{a2.m}\\n\\n{num} x {prod} {money}
<Bill To|Ship To|Deliver to|Return to|Sender|Recipient|Billing address|Shipping address>: {p}<, {o}|>, {a}
<Order|Shipment|Package|Delivery> <for|to> {p}<, {a}|\\n{a.m}>
Name: {p}\\n<Address|Street>: {a}\\n<Phone: {phone}\\n|>Email: {email}\\n<Employer|Company>: {o}\\n<Occupation: {t}|City: {l.c}|Country: {l}|Nationality: {n}|Zip: {zip}|>
First name: {p.f}\\nLast name: {p.l}\\n<Middle name: {p2.f}\\n|>City: {l.c}\\n<State|Country>: {l}\\nPostal code: {zip}\\nUsername: {x}
name,<city|company|email>\\n{p},<{l.c}|{o}|{email}>\\n{p2},<{l2}|{o2}|{email}>\\n{p3},{l3}
{p}\\n{p2}\\n{p3}\\n{p4}<\\n{p5}|\\n{p5}\\n{p6}|>
1. {p}\\n2. {p2}\\n3. {p3}<\\n4. {p4}|>
- {p}<, {o}| ({o})|>\\n- {p2}<, {o2}| ({o2})|>\\n- {p3}
| Name | <Company|City|Role> |\\n|---|---|\\n| {p} | <{o}|{l}|{t}> |\\n| {p2} | <{o2}|{l2}|{t2}> |\\n| {p3} | {l3} |
<Sort|Alphabetize|Translate|Format|Group> <these names|the names|this list>: {p}, {p2}, {p3}, {p4}<, {p5}|, {p5} and {p6}>
<id|no|#>\\tname\\t<school|employer>\\n1\\t{p}\\t{o}\\n2\\t{p2}\\t{o2}\\n3\\t{p3}\\t{o.s}
{"name": "{p}", "<city|location>": "{l}", "<company|org|school>": "{o}", "age": {num}}
{"first_name": "{p.f}", "last_name": "{p.l}", "username": "{x}", "address": "{a}"}
<user|author|owner|assignee|created_by|committer>: <{x}|{p}>
Companies: {o.c}, {o2.c}, {o3.c}, {o4.c}
{o.s}\\n{o2.s}\\n{o3.s}
{l}, {l2}, {l3}, {l4}
{l.c}\\n{l2.c}\\n{l3.c}
<This agreement|This contract|This lease|This Agreement> is <made|entered into> <on {d}|> between {p.full}, residing at {a}, <and|and the company> {o.c}, <represented by {p2.h}|with offices at {a2}|>.
<The defendant|The plaintiff|The tenant|The employee|The seller|The buyer>, {p.full}, <of|residing at|living at> {a}, <filed a complaint against|signed with|was employed by> {o}.
{p.full} v. {o}, No. {num} ({l} {d})
{p.full}, {t}\\n{o.c}\\n{a.m}\\n{phone}
{p.full}\\n{t}\\n{o}\\n{email}
{p.full} | {t} | {o}
Best,\\n{p.full}\\n{t}, {o}
-- \\n{p}\\n{o}, {l}\\n{phone}
{p.l}, {p.initial}, {p2.l}, {p2.initial}, & {p3.l}, {p3.initial} ({d}). {filler} {o.i}, {num}({num}), {num}-{num}.
{p.initial} {p.l}, {p2.initial} {p2.l} and {p3.initial} {p3.l}, "{filler}", <in Proc. |>{o.i}, {d}.
({p.l} & {p2.l}, {d}; {p3.l} et al., {d})
<According to|As noted by|As shown by> {p.l} <et al.|and {p2.l}|>({d}), {filler}
@article{{p.x}2019,\\n  author = {{p.l}, {p.f} and {p2.l}, {p2.f}},\\n  title = {{filler}},\\n  journal = {{o.i}}\\n}
by {p}<, {o}|, {t}|> <| {d}|>\\n{filler}
<Hello|Hi>, <I moved|we moved>, my new address is {a}<, please update it||. {filler}>
<Our office|The store|The clinic|The restaurant|The bus stop|Our house|The party> is <at|located at|on> {a}<.||, next to {o}>
<Meet me|See you|I'll be|The event is> at <{a}|{o}, {a}|{st}> <at noon|on {d}|>
{p} <lives|lived|resides|is staying> <at|on> <{a}|{st}> <with {p2}|in {l}|>
<Where is|How do I get to|What's near> <{a}|{st}|{o}>?
<From|To>: {a}\\n<To|Via>: {a2}
{p.full}\\n{a.m}
{o.c}\\n{a.m}
{o}\\nAttn: {p}\\n{a.m}
> {p}\\n> {o}\\n> {a.q}
{a.m}
{a}
{o} <announced|said|reported|confirmed> <on {d}|> that {p}<, its {t},|> will <join {o2}|step down|move to {l}|lead {topic}>.
{p}, <the|a> {t} <at|of> {o}, said: "{filler}"
"{filler}" <said|says|added|explained> {p}<, {t} at {o}|, who lives in {l}|>.
{p.full} was born <on {d} |>in {l}<, the <son|daughter> of {p2} and {p3}|> and <attended|graduated from|studied at> {o.s}. In {d}, <she|he|they> joined {o}.
{p.l} <later|then|also> <worked for|founded|joined> {o} in {l}.
{o} is <a|an> {n} <company|organization|multinational|charity|university> <founded in {d}|> <by {p} and {p2}|based in {l}|headquartered in {l}>. {filler}
<We at|The team at|Everyone at|On behalf of> {o} <in {l}|> {filler}
<The|A> {n} <government|restaurant|embassy|film|company|team|friend of mine> {filler}
<I am|She is|He is|We are|They are> <proud |>{n} <and live in {l}||. {filler}>
<Press release|FOR IMMEDIATE RELEASE>: {o} <partners with|acquires|launches {prod} with> {o2}. {filler} <"{filler}" said {p}, {t} of {o}.|Contact: {p2}, {phone}>
<Question|Review|Feedback> <by|from> {p.f} {p.initial}: {filler}
★★★★★ {p} - {l}: {filler}
<Minutes|Protocol> of {o}: {p.h} opened the meeting. {p2.h} <presented|moved|seconded> {thing}. {p3.l}: {filler}
Family: <father|mother> {p}, <brother|sister> {p2.f}, <dog|cat> {p3.f}
Emergency contact: {p} (<wife|husband|mother|son>), {phone}
Reference: {p.full}, {t}, {o}, {l}
{p.f} <scored|received|got> {num}, {p2.f} {num} and {p3.f} {num}. <Who|What> {filler}
Group A: {p.f}, {p2.f}, {p3.f}\\nGroup B: {p4.f}, {p5.f}, {p6.f}
{d}: {p.f} paid {money} to {o.c} for {thing}
Passenger: {p.l}/{p.f}\\nFrom: {l.c}\\nTo: {l2.c}\\nDate: {d}
Guest: {p}\\nHotel: {o.c}, {l}\\nCheck-in: {d}
<Teacher|Instructor|Student|Coach|Principal>: {p}\\nSchool: {o.s}\\nClass: {topic}
"""

STORIES = """
Write a <story|scene|dialogue|fanfic|short story|poem> <about|in which|where> {p} <and {p2}|> <meet in {l}|go to {l}|work at {o}|find {thing}|fall in love>. <{p.f} is a {job}.|{p2.f} hates {thing}.|>
{p.f} <walked|looked|smiled|ran|turned|sighed> <into the room|at {p2.f}|and left|toward {l}>. "{filler}" <she|he> said. {p2.f} <nodded|shrugged|laughed>.
{p.f} has {num} <apples|marbles|books|dollars|stickers>. <He|She> gives {num} to {p2.f}. {p2.f} <has|buys> <twice|three times> as many as {p3.f}. How many <apples|marbles|books> does {p.f} have <left|now>?
{p} <bought|sold|baked|drove|saved|earns> {num} <cookies|miles|dollars|eggs|pages> <every day|in {l}|at {o}|>. How <many|much> will <he|she|{p.f}> have after {num} days?
If {p.f} can paint a house in {num} hours and {p2.f} in {num} hours, how long together?
{p.f} and {p2.f} <start from|drive from|live in> {l} <and {l2}|> {num} miles apart. {filler}
Characters: {p} (a {job}), {p2} (<her|his> <brother|boss|rival>), {p3.f}\\nSetting: {l}\\n{filler}
INT. {o} - DAY\\n{p.F}\\n{filler}\\n{p2.F}\\n(<angry|smiling>)\\n{filler}
<Continue|Finish> the story: {p} <was|is> a {job} <from|in> {l} who {filler}
Name: {p.full}\\nRace: <Elf|Human|Orc>\\nClass: <Wizard|Rogue>\\nBackstory: {p.f} grew up in {l} and {filler}
In the <film|movie|novel|show|anime|series> <{thing}|>, {p} plays {p2}, a {job} in {l}. {filler}
Directed by {p}\\nStarring: {p2}, {p3}, {p4}\\n{filler}
{p}'s <song|novel|album|book|speech|painting|theory|paintings> {filler}
Is there a better <song|writer|player> than {p}? {filler}
<King|Queen|Emperor|President|Pope|General|Saint> {p.f} <ruled|conquered|visited|was born in> {l} in {d}. {filler}
The <{p.l}|{l}> <theorem|effect|equation|conjecture|syndrome|distribution|war|treaty> {filler}
{p} <scored|won|lost|plays for|signed for|was traded to> {o} <against {o2}|in {l}|last night|>. {filler}
{o} <beat|lost to|vs|v|drew with> {o2} {num}-{num} <in {l}|>
<Photo|Picture|Live> <by|from|of> {p} <in {l}|at {o}|>
god bless {p.f} and {p2.f} {filler}
"""

CODE = """
/home/{p.x}/<projects|src|code|Documents>/<app|main|report|{code}>.<py|txt|c|js>
C:\\\\Users\\\\{p.x}\\\\<Desktop|Documents|AppData\\\\Local>\\\\<report.docx|data.csv|{code}.xlsx>
/Users/{p.x}/<Downloads|Library|dev>/{code}
Traceback (most recent call last):\\n  File "/home/{p.x}/{code}/<main|app|train>.py", line {num}, in <<module>>\\n    {code}()\\n<KeyError|ValueError|ImportError>: {thing}
{p.x}@<laptop|server|ubuntu|prod-{num}|macbook>:~$ <ls|cd {code}|git pull|python {code}.py|sudo apt update>
ssh {p.x}@<server{num}|{code}|10.0.0.{num}|host.example.com>
<drwxr-xr-x|-rw-r--r--> 2 {p.x} <staff|users|{p.x}> {num} <Jan|Mar|Oct> {num} {code}
commit 4f2a9c{num}\\nAuthor: {p} <<{email}>>\\nDate: {d}\\n\\n    {filler}
# <Author|Written by|Created by|Maintainer|Copyright (c) 2021|(c) 2019>: <{p}|{o.c}>\\n<import|from> {code} import {code2}\\n\\ndef {code}(x):\\n    return {code2}(x)
// Copyright 2020 <{o.c}|{p}>. All rights reserved.\\n// {filler}
git clone https://github.com/{p.x}/{code}.git
<https://github.com/|https://www.linkedin.com/in/|https://twitter.com/|https://instagram.com/|facebook.com/>{p.x}
String <name|author|user> = "{p}"; // {filler}
users = ["{p}", "{p2}", "{p3}"]\\nfor u in users:\\n    print(u)
INSERT INTO <employees|customers|users> (name, city) VALUES ('{p}', '{l.c}'), ('{p2}', '{l2.c}');
SELECT * FROM <customers|orders> WHERE name = '{p}' AND city = '{l.c}';
<2023-10-04 12:01:33|[INFO]|ERROR|Oct 4 12:01:33> <sshd|auth|app|nginx>: <user|Accepted password for|Failed login for|session opened for user> {p.x} <from 10.0.0.4|by (uid=0)|port {num}>
<net user|useradd|passwd|su -|sudo -u|chown> {p.x} <{code}|/add|>
<uid={num}({p.x}) gid={num}({p.x})|whoami\\n{p.x}>
<person|student|employee>1 = <Person|Student>("{p.f}", {num}, "{l.c}")
print("<Hello|Hi>, {p.f}!")
<<author>>{p}<</author>>\\n<<publisher>>{o}<</publisher>>
<dsn|host|url>: <jdbc:mysql://|postgres://><db|{code}>:5432/{code}  <user|username>: {x}
"""

# Nobody's: what capitals, digits and codes are like where they name no one.
PLAIN = """
<How do I|How can I|What is the best way to> <install|configure|use|update|debug|learn> {prod} <on|with|for> {prod2}?
<Write|Create|Generate> <a|an> <SQL|Python|Java|JavaScript|Bash|C++|HTML|Excel|React|CSS> <query|script|function|class|formula|component|page> <to|that> <sorts|parses|counts|downloads> {thing}.
def {code}(self, {code2}: int) -> str:\\n    '''Return the {thing}.'''\\n    return self.{code2}.{code}(x)
const {code} = await {code2}.find({ id: {num}, status: "active" });
class {Code}({Code2}):\\n    def __init__(self):\\n        self.{code} = None
for (int i = 0; i < {num}; i++) {\\n    {code}[i] = {code2}(i);\\n}
<ERROR|WARN|Error|TypeError|NullPointerException>: <{code} is not defined|Cannot read property '{code}' of undefined|Connection refused|Permission denied|{code} failed with status {num}>
import {code}\\nfrom {code2} import {Code}\\n
SELECT {code}, COUNT(*) FROM {code2} GROUP BY {code} ORDER BY {num};
$ <npm install|pip install|apt-get install|cargo add|docker run> {code}
<The|My|Your|Our|This|Her|His> {thing} <is|was|has been> <broken|late|great|on the table|out of stock|too expensive>. <What|How|Why> <should|can|do> <I|we> <do|fix it|return it>?
<Explain|Describe|Summarize|Define|Discuss> {topic} <to a five year old|in simple terms|briefly|in one paragraph|with examples>.
<What|Which> <are|is> the <difference|relation|advantages|types> of {topic} <and|vs> {topic2}?
<Chapter|Section|Figure|Table|Step|Part|Question|Exercise|Unit|Lesson|Week|Day> {num}: <{topic}|{Topic}|Introduction to {Topic}|The {Topic}>
I <need|want|bought|ordered|lost|returned> <a|my|the> {prod} <yesterday|last week|and {thing}|for {money}>.
<Can|Could|Would|Will> <you|anyone|someone|I> <help|explain|show me> <with {topic}|{thing}|how to use {prod}>?
<Give|Tell|Show> me <{num}|some|a few|ten> <ideas|recipes|examples|tips|synonyms|facts> <for|about|of> <{topic}|{thing}>.
<Ingredients|INGREDIENTS>:\\n- {num} cups <flour|sugar|milk>\\n- {num} tbsp <butter|Olive Oil|Vanilla Extract>\\n- Salt and Pepper\\n<Instructions|Method>: {filler}
<Pros|Cons|Goals|Notes|Skills|Requirements|Features>: {topic}, {topic2}, {prod}
The patient <presents with|denies|was given> {topic}. <BP|HR|Temp> {num}. <MRI|CT|ECG|CBC> <normal|pending>. <Ibuprofen|Metformin|Amoxicillin|Lisinopril> {num} mg <daily|BID>.
<I am|I'm> a {job} <and|who> <I need|needs> {thing}. <What|How> <should|do> I <start|charge|learn first>?
As a {job}, <write|explain|create> {thing} <about|for> {topic}.
Act as <a|an> {job}. <You|I> will <give|write> {thing} and <I|you> {filler}
<The customer|A customer|The user|Our client|The manager|The teacher|The patient|The CEO|Someone|My boss|my friend|a friend|our team> <wants|asked for|complained about|needs|likes> {thing}.
<Monday|Tuesday|Friday|January|March|Easter|Christmas|Summer|Winter> <is|was> <busy|cold|off|a holiday>. {filler}
<Dear Sir or Madam|Dear Customer|Dear Team|To Whom It May Concern|Hi there|Hello everyone|Hi team|Dear Hiring Manager>,\\n{filler}\\n<Best regards|Thank you|Sincerely|Thanks in advance>
{filler} {filler}
{filler} {filler} {filler}
{filler}\\n{filler}\\n- {filler}\\n- {filler}
<YES|NO|OK|PLEASE HELP|URGENT|IMPORTANT|NOTE|WARNING|FREE SHIPPING>! {filler}
<Best|Top {num}|The Best|New|Cheap> <{Topic}|{prod}> <Tips|Ideas|Deals|Tricks|Books|Courses> <For Beginners|In 2023|You Should Know>
<Title|Heading|Topic|Essay>: <The {Topic} of {Topic2}|How {Topic} Changed the World|{Topic} and {Topic2}|Why {Topic} Matters>
<A|B|C|D>. {topic}\\n<B|C>. {topic2}\\nAnswer:
<True or False|Multiple choice|Fill in the blank|Q|Question>: {filler}
{num} + {num} = ?
<Solve|Simplify|Compute|Evaluate>: {num}x^2 + {num}x = {num}
<GPT-4|ChatGPT|Bard|Llama 2|Claude|Gemini> <says|wrote|cannot|can> {filler}
<AI|ML|NLP|API|HTTP|JSON|URL|CSV|PDF|CPU|GPU|RAM|SQL|CRM|ERP|SEO|KPI|ROI|HR|IT|QA|CEO|CFO|MBA|PhD|GDP|VAT|GDPR|HIPAA> <and|or|vs> <API|SDK|UI|UX|REST|SOAP|SaaS|B2B|B2C|OKR> <{topic}|for {thing}|>
use the following <style|format|rules>: <Bold|Title Case|UPPERCASE|Bullet Points> <headings|for Key Terms>. {filler}
Thank you <so much|for your help|very much|for everything>! {filler}
<I|We|They> <live|work|study> <in the city|near the beach|at home|at a bank|at school|for a small company|at a large hospital|at the university|in a big house|at a startup>. {filler}
<go to|visit> <the store|a doctor|the park|the bank|the post office|a museum> <on the corner|near me|downtown|today>
order #{num} <shipped|is late|arrived> <today|yesterday>, tracking {num}{num}
version {num}.{num}.{num} of {prod} <crashes|is out|supports {topic}>
<Will|Mark|May|Bill|Rose|Grace|Hope|Art|Frank|Chase|Grant|Drew|Rich|Sue|Rob|Pat|Jack|Drew> <the answer|that|it> <be|down|please|today>?
<I will|please mark|you may|pay the bill|a red rose|by the grace of it|I hope|art is long|to be frank|chase it|grant me|sue them|rob a bank|pat the dog|jack of all trades|the jordan almonds|a turkey sandwich|fine china|chili peppers|a paris of the mind> {filler}
"""

PRODUCTS = """iPhone 15|iPhone|iPad|MacBook Pro|Galaxy S23|Pixel 8|Windows 11|Windows|macOS|Linux|Ubuntu 22.04|Debian|Android|iOS|Chrome|Firefox|
Safari|Excel|Word|PowerPoint|Outlook|Google Sheets|Google Docs|Gmail|Photoshop|Illustrator|Premiere Pro|Figma|Canva|Notion|Trello|Jira|
Confluence|WordPress|Wix|Python|Python 3.11|Java|JavaScript|TypeScript|C++|C#|Rust|Go|Ruby|PHP|Swift|Kotlin|R|MATLAB|LaTeX|HTML|CSS|React|
Angular|Vue|Next.js|Node.js|Django|Flask|FastAPI|Spring Boot|Laravel|Rails|TensorFlow|PyTorch|Keras|Pandas|NumPy|scikit-learn|Docker|
Kubernetes|Terraform|Ansible|Jenkins|GitHub Actions|Git|AWS Lambda|EC2|S3|BigQuery|Snowflake|PostgreSQL|MySQL|MongoDB|Redis|SQLite|Kafka|
Elasticsearch|Nginx|Apache|PlayStation 5|Xbox|Nintendo Switch|Minecraft|Fortnite|GTA V|Skyrim|Zelda|Pokemon|Roblox|Valorant|Netflix|YouTube|
Instagram|WhatsApp|Telegram|Discord|TikTok|Zoom|Teams|Kindle|Alexa|Siri|ChatGPT|Copilot|Midjourney|Stable Diffusion|Bitcoin|Ethereum|
Arduino|Raspberry Pi|Model 3|Corolla|Civic|F-150|Mustang|Roomba|AirPods|PS4|Blender|Unity|Unreal Engine|AutoCAD|SolidWorks|QuickBooks|
Power BI|Tableau|Visual Studio Code|Vim|Bluetooth|Wi-Fi|USB-C|HDMI|Tylenol|Advil|Ozempic|Lipitor|LEGO|Monopoly|Harry Potter|Star Wars|
The Matrix|Game of Thrones|the Bible|the Quran|Hamlet|Dune|COVID-19|Covid|LinkedIn Premium|Office 365|Photoshop CC|OAuth|GraphQL""".replace("\n", "").split("|")
THINGS = """the report|the invoice|my order|the keys|the contract|the homework|a refund|my laptop|the budget|the presentation|a new phone|
the schedule|the slides|my car|the documents|the essay|the recipe|the rent|a ticket|the tickets|the deposit|my homework|the password|
the printer|the logo|the website|the spreadsheet|a prescription|the test results|the lease|the dress|the cake|a discount|the delivery|
the warranty|the project plan|the meeting|the kitchen|a loan|the manuscript|my passport|the package|the draft|the dataset|the wedding|
the subscription|my bicycle|the proposal|the survey|the app|the server|the code|the sofa|the dishwasher|a birthday present|the flight|
the newsletter|my resume|the syllabus|the experiment|the email|the shipping label|the receipt|the bug|the playlist|the menu|a lawn mower""".replace("\n", "").split("|")
TOPICS = """machine learning|inflation|photosynthesis|diabetes|marketing|supply chains|climate change|blockchain|calculus|grammar|chest pain|
asthma|taxes|project management|nutrition|yoga|meditation|gardening|knitting|quantum physics|linear algebra|statistics|data structures|
customer service|leadership|time management|philosophy|ethics|democracy|the cold war|evolution|genetics|vaccines|anxiety|depression|
hypertension|back pain|migraine|insurance|mortgages|real estate|stocks|bonds|cryptocurrency|interior design|photography|poetry|jazz|opera|
basketball|soccer|chess|cooking|baking|recycling|solar panels|electric cars|robotics|cybersecurity|accounting|human resources|sales|
negotiation|public speaking|interviews|parenting|pregnancy|sleep|weight loss|skin care|fashion|tourism|world history|economics|geometry""".replace("\n", "").split("|")
CODES = """main|utils|get_user|parse_config|load_data|train_model|handler|index|server|client|user_id|order_items|customer_name|fetch_all|
process_file|run_tests|data|result|item_count|my_function|calculate_total|is_valid|node_modules|config|settings|app|views|models|helpers|
requests|numpy|pandas|os|sys|json|random|datetime|math|readCsv|getElementById|onClick|useState|setState|handleSubmit|userName|firstName|
lastName|address_line1|city_name|company_id|employees|products|sales_2021|tmp|build|dist|output|report_final|image_processing|api_client""".replace("\n", "").split("|")

# Other languages. {zh} {ja} {ko} {ar} {ru} {el} {he} {hi} are persons in that script, {zhl} ... places, {zho} ... organizations.
WORLD = """
请帮我给{zh}写一封<邮件|信|感谢信>，<他|她>在{zho}工作。
我叫{zh}，<住在{zhl}|来自{zhl}|今年{num}岁>，<想申请{zho}|我想学英语|谢谢>。
{zh}是{zho}的<老师|经理|学生|工程师>，<电话{phone}|明天去{zhl}出差|他说项目延期了>。
<收件人|联系人|姓名>：{zh}\\n<地址|住址>：{zha}\\n<电话>：{phone}
把下面的句子翻译成英文：{zh}昨天从{zhl}坐火车去了{zhl2}。
<今天天气怎么样|如何学习编程|写一首关于春天的诗|什么是机器学习|请解释通货膨胀>？
{ja}さん<へのお礼のメールを書いてください|は{jal}に住んでいます|から電話がありました|と{ja2}さんが結婚しました>。
私の名前は{ja}です。{jao}で働いています。
{jao}の{ja}<様|部長|先生|課長>、<お世話になっております|いつもありがとうございます>。
<氏名|お名前>：{ja}\\n<住所>：{jaa}
<おすすめの映画を教えてください|この文章を要約してください|英語に翻訳してください|レシピを教えて>。
{ko} <씨에게 보낼 이메일을 써 주세요|님께 감사 인사를 써 줘|은 {kol}에 살고 있습니다|는 {koo}에서 일합니다|가 {kol}로 이사했어요>.
제 이름은 {ko}입니다. <{koo}에 다닙니다|{kol}에서 왔습니다>.
<이름|성명>: {ko}\\n<주소>: {koa}
<오늘 날씨 어때|파이썬 배우는 법 알려줘|이 글을 요약해 줘|영어로 번역해 주세요>?
اكتب رسالة إلى {ar} <عن موعد الاجتماع|من فضلك|في {arl}>
اسمي {ar} و<أعيش في {arl}|أعمل في شركة|أدرس الطب>
<قال|سافر|وصل> {ar} <إلى {arl}|أمس|مع {ar2}>
<ما هو الطقس اليوم|كيف أتعلم البرمجة|لخص هذا النص|ترجم إلى الإنجليزية>؟
{ru} <живёт в {rul}|работает в {ruo}|позвонил вчера|и {ru2} поженились>.
Меня зовут {ru}, <я из {rul}|мне {num} лет|я работаю в {ruo}>.
<Напиши письмо|Составь резюме|Переведи письмо> <для {ru}|от имени {ru}>. <Адрес: {rua}|>
<Как приготовить борщ|Что такое инфляция|Переведи на английский|Сократи этот текст>?
Уважаемый {ru}, <благодарим за заказ|напоминаем о встрече>. С уважением, {ru2}, {ruo}
मेरा नाम {hi} है और मैं <{hil} में रहता हूँ|एक छात्र हूँ>।
{hi} <को ईमेल लिखो|{hil} में काम करते हैं|कल आएंगे>।
<आज मौसम कैसा है|मुझे पायथन सिखाओ|इसका अनुवाद करो>?
Με λένε {el} και <μένω στην πόλη|δουλεύω σε εταιρεία>. <Γράψε ένα email στον {el2}|>
שמי {he} ואני <גר בעיר|עובד בחברה>. <כתוב מכתב ל{he2}|>
{p}: {zh}
<Translate|Transliterate> <this name|the name>: <{zh}|{ja}|{ko}|{ar}|{ru}|{hi}|{el}|{he}>
Je m'appelle {p} et <je cherche un stage chez {o.c}|j'habite à {l.c}|je travaille pour {o.c} à {l.c}>.
<Écris|Rédige|Corrige> <une lettre de motivation pour {o.c}|un mail à {p}|une lettre à M. {p.l}> <au sujet de mon contrat|pour un poste de vendeur|>.
<Bonjour|Cher|Chère> {p.f}, <j'espère que tu vas bien|merci pour ton message>. <Ma sœur|Mon frère> {p2.f} <vit à {l.c}|vous salue>. <Cordialement|Bises>, {p3}
<Comment faire une tarte|Quel temps fait-il|Explique la photosynthèse|Résume ce texte> ?
Mon adresse est <le |>{a}.
Hola, soy {p}<, vivo en {l.c}| y trabajo en {o.c}|, tengo {num} años>. <¿Me ayudas con mi currículum?|>
<Escribe|Redacta> <una carta a {p}|un correo para {o}|un poema para mi amiga {p.f}>.
Mi <hermano|jefe|vecina|madre> {p} <se mudó a {l.c}|trabaja en {o.c}|está enfermo>.
<¿Cómo se hace una paella?|¿Qué es la inflación?|Resume este texto.|Traduce al inglés: el perro come.>
Ich heiße {p} und <wohne in {l.c}|arbeite bei {o.c}|studiere an der {o.s}>.
<Schreibe|Verfasse> <eine Kündigung für {o.c}|eine E-Mail an {p}|einen Brief an Frau {p.l}|eine Bewerbung bei {o.c}>. <Meine Adresse: {a}|>
<Mein Chef|Meine Nachbarin|Mein Bruder> {p} <zieht nach {l.c}|hat gekündigt|kommt aus {l}>.
Sehr geehrte <Frau|Damen und Herren|Frau Dr.> {p.l}, vielen Dank für Ihre Nachricht. Mit freundlichen Grüßen {p2}
<Wie backe ich Brot|Was ist Inflation|Fasse den Text zusammen|Wie wird das Wetter>?
Meu nome é {p}<, moro em {l.c}| e trabalho na {o.c}>. <Escreva um e-mail para {p2}.|>
<Escreva|Corrija> <uma carta para {o.c}|um texto sobre minha amiga {p.f}>.
Mi chiamo {p} e <abito a {l.c}|lavoro per {o.c}>. <Scrivi una mail a {p2}.|>
Ik heet {p} en <woon in {l.c}|werk bij {o.c}>. <Schrijf een brief aan {p2}.|>
Nazywam się {p} i <mieszkam w {l.c}|pracuję w {o.c}>.
Benim adım {p}, <{l.c} şehrinde yaşıyorum|{o.c} şirketinde çalışıyorum>.
Nama saya {p}, <saya tinggal di {l.c}|saya bekerja di {o.c}>.
Tôi tên là {p}, <tôi sống ở {l.c}|tôi làm việc tại {o.c}>.
"""

WORLD_PLACES = {
    "zh": "北京 上海 广州 深圳 成都 杭州 南京 武汉 西安 重庆 台北 香港 中国 美国 苏州 天津".split(),
    "ja": "東京 大阪 京都 名古屋 札幌 福岡 横浜 神戸 日本 沖縄 仙台 広島 奈良 埼玉".split(),
    "ko": "서울 부산 대구 인천 광주 대전 제주 수원 한국 미국 강남 울산".split(),
    "ar": "دبي القاهرة الرياض بغداد عمان بيروت دمشق الدوحة مصر السعودية المغرب تونس جدة".split(),
    "ru": "Москве Москва Казани Санкт-Петербург Новосибирске Киев Минске Сочи России Екатеринбурге Самаре".split(),
    "hi": "दिल्ली मुंबई जयपुर लखनऊ पटना भारत कोलकाता भोपाल".split(),
}
WORLD_LOCALES = {"zh": "zh_CN", "ja": "ja_JP", "ko": "ko_KR", "ru": "ru_RU", "hi": "hi_IN"}
WORLD_PERSONS = {"zh": "zh_CN", "ja": "ja_JP", "ko": "ko_KR", "ar": "ar_SA", "ru": "ru_RU", "hi": "hi_IN", "el": "el_GR", "he": "he_IL"}
