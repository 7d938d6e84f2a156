//! What a caller may look at without changing anything.

use crate::live::Live;
use crate::live::offer::timed;
use crate::problem::Time;
use crate::travel::Travel;

impl Live {
    /// Where legs come from.
    pub fn travel(&self) -> &Travel {
        &self.travel
    }

    /// When a vehicle will be back after what is planned; `None` without a plan that holds.
    pub fn back_at(&self, vehicle: usize) -> Option<Time> {
        self.cars.get(vehicle).filter(|car| !car.plan.is_empty())?;
        let view = self.view(&[vehicle], &[], None);
        timed(&view.instance, &view.stops[0]).map(|route| route.end)
    }

    /// Where a vehicle stands, was seen last or left from, and since when it may leave.
    pub fn stands(&self, vehicle: usize) -> Option<(usize, Time)> {
        self.cars.get(vehicle).map(|car| (car.place, car.free))
    }
}
