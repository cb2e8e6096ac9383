//! Word banks that both the reading of narratives and the simulations use: names, cities, instruments.

/// First names, by which people are recognised and from which they are invented.
pub(crate) const FIRST_NAMES: &str = "\
    Alice,Bob,Carol,Dave,Eve,Frank,Grace,Heidi,Ivan,Judy,Mallory,Niaj,Olivia,Peggy,Rupert,\
    Sybil,Trent,Victor,Walter,Wendy,Aisha,Amara,Anna,Ana,Andrea,Antonio,Arjun,Ben,Bianca,\
    Carlos,Charlie,Chen,Clara,Daniel,David,Diego,Elena,Ella,Emma,Erik,Fatima,Felix,Fiona,\
    George,Hana,Hannah,Hiro,Hugo,Ines,Isla,Jack,James,Jane,Jamal,Joe,John,Jonas,Jorge,Julia,\
    Kai,Kate,Kenji,Lara,Laura,Leo,Lena,Liam,Linda,Lucas,Lucy,Luis,Luna,Maria,Marco,Mark,\
    Marta,Mary,Mateo,Max,Maya,Mei,Mia,Michael,Mike,Mina,Mohammed,Nadia,Nina,Noah,Nora,Omar,\
    Oscar,Paul,Pedro,Peter,Priya,Rachel,Raj,Rosa,Ruth,Sam,Sara,Sarah,Sofia,Steve,Susan,Tara,\
    Theo,Tim,Tom,Uma,Vera,Wei,Will,Yara,Yuki,Yusuf,Zara,Zoe";

/// Family names, from which people are invented.
pub(crate) const FAMILY_NAMES: &str = "\
    Adams,Bauer,Brown,Chen,Costa,Diaz,Dubois,Evans,Fischer,Garcia,Haddad,Ito,Ivanov,Jensen,\
    Johnson,Khan,Kim,Kowalski,Lee,Lopez,Martin,Meyer,Moreau,Nguyen,Novak,Okafor,Park,Patel,\
    Petrov,Rossi,Sato,Schmidt,Silva,Singh,Smith,Tanaka,Taylor,Walker,Weber,Williams,Yilmaz,\
    Zhang";

/// A city, and the latitude and longitude of its centre.
pub(crate) const CITIES: &[(&str, f64, f64)] = &[
    ("Amsterdam", 52.3728, 4.8936),
    ("Athens", 37.9755, 23.7348),
    ("Austin", 30.2672, -97.7431),
    ("Bangkok", 13.7563, 100.5018),
    ("Barcelona", 41.3874, 2.1686),
    ("Beijing", 39.9042, 116.4074),
    ("Berlin", 52.52, 13.405),
    ("Bogotá", 4.711, -74.0721),
    ("Boston", 42.3601, -71.0589),
    ("Brussels", 50.8503, 4.3517),
    ("Buenos Aires", -34.6037, -58.3816),
    ("Cairo", 30.0444, 31.2357),
    ("Cape Town", -33.9249, 18.4241),
    ("Chicago", 41.8781, -87.6298),
    ("Copenhagen", 55.6761, 12.5683),
    ("Delhi", 28.6139, 77.209),
    ("Denver", 39.7392, -104.9903),
    ("Dubai", 25.2048, 55.2708),
    ("Dublin", 53.3498, -6.2603),
    ("Frankfurt", 50.1109, 8.6821),
    ("Geneva", 46.2044, 6.1432),
    ("Hamburg", 53.5511, 9.9937),
    ("Helsinki", 60.1699, 24.9384),
    ("Hong Kong", 22.3193, 114.1694),
    ("Istanbul", 41.0082, 28.9784),
    ("Jakarta", -6.2088, 106.8456),
    ("Johannesburg", -26.2041, 28.0473),
    ("Lagos", 6.5244, 3.3792),
    ("Lima", -12.0464, -77.0428),
    ("Lisbon", 38.7223, -9.1393),
    ("London", 51.5074, -0.1278),
    ("Los Angeles", 34.0522, -118.2437),
    ("Madrid", 40.4168, -3.7038),
    ("Melbourne", -37.8136, 144.9631),
    ("Mexico City", 19.4326, -99.1332),
    ("Miami", 25.7617, -80.1918),
    ("Milan", 45.4642, 9.19),
    ("Montreal", 45.5019, -73.5674),
    ("Mumbai", 19.076, 72.8777),
    ("Munich", 48.1351, 11.582),
    ("Nairobi", -1.2921, 36.8219),
    ("New York", 40.7128, -74.006),
    ("Oslo", 59.9139, 10.7522),
    ("Paris", 48.8566, 2.3522),
    ("Prague", 50.0755, 14.4378),
    ("Rome", 41.9028, 12.4964),
    ("San Francisco", 37.7749, -122.4194),
    ("Santiago", -33.4489, -70.6693),
    ("São Paulo", -23.5505, -46.6333),
    ("Seattle", 47.6062, -122.3321),
    ("Seoul", 37.5665, 126.978),
    ("Shanghai", 31.2304, 121.4737),
    ("Singapore", 1.3521, 103.8198),
    ("Stockholm", 59.3293, 18.0686),
    ("Sydney", -33.8688, 151.2093),
    ("Tokyo", 35.6762, 139.6503),
    ("Toronto", 43.6532, -79.3832),
    ("Vancouver", 49.2827, -123.1207),
    ("Vienna", 48.2082, 16.3738),
    ("Warsaw", 52.2297, 21.0122),
    ("Zurich", 47.3769, 8.5417),
];

/// Rooms and sites in which devices stand.
pub(crate) const SITES: &str = "\
    living room,kitchen,bedroom,bathroom,basement,garage,office,warehouse,greenhouse,factory,\
    laboratory,server     room,cold store,workshop,hallway,rooftop,parking lot";

/// A financial instrument: symbol, other names that people use for it, a price of the order of the real one.
pub(crate) const INSTRUMENTS: &[(&str, &str, f64)] = &[
    ("AAPL", "Apple", 190.0),
    ("MSFT", "Microsoft", 420.0),
    ("GOOGL", "Google,Alphabet", 165.0),
    ("AMZN", "Amazon", 180.0),
    ("TSLA", "Tesla", 240.0),
    ("NVDA", "Nvidia,NVIDIA", 120.0),
    ("META", "Meta Platforms", 500.0),
    ("NFLX", "Netflix", 640.0),
    ("JPM", "JPMorgan", 200.0),
    ("IBM", "International Business Machines", 185.0),
    ("INTC", "Intel", 32.0),
    ("AMD", "Advanced Micro Devices", 155.0),
    ("BTC-USD", "Bitcoin,BTC", 64_000.0),
    ("ETH-USD", "Ethereum,Ether,ETH", 3_200.0),
    ("SOL-USD", "Solana,SOL", 150.0),
    ("DOGE-USD", "Dogecoin,DOGE", 0.12),
    ("EUR/USD", "EURUSD", 1.085),
    ("GBP/USD", "GBPUSD", 1.27),
    ("USD/JPY", "USDJPY", 151.2),
    ("XAU/USD", "Gold", 2_350.0),
];

/// A bank written as one text, in parts.
pub(crate) fn parts(bank: &'static str) -> impl Iterator<Item = &'static str> {
    bank.split(',').map(str::trim)
}
