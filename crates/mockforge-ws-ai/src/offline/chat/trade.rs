//! What customers ask for help with, by the trade of who helps them.

use crate::offline::world::Setting;

/// Words of a narrative, and what a customer of such a trade writes about.
const TRADES: &[(&str, &str)] = &[
    (
        "bank,banking,neobank,fintech,credit card,debit card,credit union,loan,mortgage",
        "my card,the transfer,my account,my loan application,the standing order,the exchange rate,\
         the cash machine,my credit limit,my online banking,the direct debit,my savings account,the card payment",
    ),
    (
        "telecom,telecoms,telco,phone company,mobile operator,mobile provider,internet provider,broadband,isp,\
         mobile phone contract,fibre,cable company",
        "my contract,the router,my SIM card,the internet connection,my phone bill,the roaming charge,\
         my data plan,the technician's visit,my voicemail,the number transfer,the signal at home,my upgrade",
    ),
    (
        "airline,flight,airport,plane,aviation",
        "my flight,my boarding pass,my suitcase,the seat reservation,the rebooking,my refund,the delay,\
         the upgrade,my booking,the baggage fee,the connecting flight,my frequent flyer account",
    ),
    (
        "hotel,resort,hostel,guest house,guesthouse,inn,holiday apartment",
        "my reservation,the room,the late check-out,the breakfast,the parking space,my invoice,the air conditioning,\
         the room key,the airport shuttle,the deposit,the extra bed,the view from my room",
    ),
    (
        "clinic,hospital,doctor,dentist,pharmacy,health,healthcare,medical,patient,telehealth",
        "my appointment,the prescription,my test result,the referral,my insurance card,the vaccination,\
         the waiting list,the medication,my bill,the opening time,the X-ray,the follow-up visit",
    ),
    (
        "software,saas,app developer,api,cloud,hosting,web host,it support,helpdesk for developers,platform",
        "the login page,my API key,the latest update,the export,my licence,the sync,the dashboard,\
         the error message,the integration,my subscription,the backup,the webhook",
    ),
];

/// What threads are about where the narrative tells a trade: things in the singular.
pub(super) fn subjects(setting: Setting<'_>) -> Option<&'static str> {
    let says = |(words, _): &&(&str, &str)| words.split(',').any(|word| setting.says(word.trim()));
    TRADES.iter().find(says).map(|(_, subjects)| *subjects)
}
