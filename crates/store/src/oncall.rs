//! Who is on call: hospitals, their zones, hotlines, rotas, contacts, call-out tests and antidotes,
//! and the alerts that say where the channel has a hole.

mod call_out;
mod contact;
mod hospital;
mod rota;
mod stock;
mod swap;
mod watch;
mod zone;

pub use call_out::{
    CallOut, Readiness, answer_call_out, call_out_history, call_outs_waiting, enter_call_out,
    readiness, start_call_outs,
};
pub(crate) use call_out::{climb as call_out_climbs, hold as hold_call_out, missed_after};
pub(crate) use contact::ways_to;
pub use contact::{
    Contact, add_contact, calendar_feed, confirm_contact, contacts_of, enter_contact, feed_scope,
    remove_contact, send_check,
};
pub use hospital::{
    Capability, Entrance, Hospital, Hotline, NewHospital, NewHotline, add_hospital, capabilities,
    end_hotline, enter_capability, enter_hotline, facts, hospital, hospitals, hotline_history,
    hotlines, is_phone, set_capability, set_entrance, set_hotline,
};
pub(crate) use rota::lines_at;
pub use rota::{
    NewRota, Person, Plan, RotaRow, add_rota, end_rota, enter_rota, on_call_now, people_of, plan,
    rotas_of,
};
pub use stock::{
    Holder, NewStock, StockRow, count_stock, discard_stock, enter_stock, holders_of, stock,
    usable_units,
};
pub use swap::{SwapRow, ask_swap, enter_override, order_override, swap_step, swaps};
pub use watch::{ChannelAlert, alerts_of_channel, arm, clear};
pub(crate) use watch::{look_at_rotas, look_at_stock, unanswered};
pub use zone::{NewZone, Zone, add_zone, change_zone, zone_at, zones};
