//! Plans too large to search as a whole: vehicles and requests are cut into parts of about two
//! hundred requests, each part is searched on its own, and the cuts are laid anew each time. Work
//! grows in proportion to the number of requests.
//!
//! Parts are rings around a drawn place, so that only the table of legs is needed, no coordinates.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::plan::{Plan, assemble};
use crate::problem::{End, Instance, Problem, Request, Vehicle, Visit};
use crate::search::rng::Rng;
use crate::solve::{Effort, Limit, Options, improve, nodes};

/// Requests in a part, and how many left-out requests are tried again in each part.
const PART: usize = 200;
const RETRY: usize = 60;

/// Iterations in a part when the budget is a share of time.
const STEP: u64 = 200;

/// Times the cuts are laid under an iteration limit.
const LAYERS: u64 = 3;

struct State<'a> {
    instance: &'a Instance,
    /// Stops by vehicle.
    tours: Vec<Vec<Visit>>,
    /// Requests in no tour.
    left: Vec<usize>,
    effort: Effort,
}

pub(super) fn solve(
    instance: &Instance,
    options: &Options,
    limit: Limit,
    first: &(dyn Fn() + Sync),
    from: Option<&[Vec<Visit>]>,
) -> Result<(Plan, Effort), Problem> {
    let mut tours = vec![Vec::new(); instance.vehicles.len()];
    for (tour, vehicle) in tours.iter_mut().zip(&instance.vehicles) {
        tour.clone_from(&vehicle.locked);
    }
    if let Some(from) = from {
        tours.iter_mut().zip(from).for_each(|(tour, known)| tour.clone_from(known));
    }
    let mut state = State { instance, tours, left: Vec::new(), effort: Effort::default() };
    state.collect_left();
    let mut rng = Rng::new(options.seed, 99);
    let spent = || match limit {
        Limit::Iterations(_) => 0.0,
        Limit::Share(share) => share(),
    };
    for layer in 0.. {
        let per_part = match limit {
            Limit::Iterations(all) if layer >= LAYERS.min(all.max(1)) => break,
            Limit::Iterations(all) => (all / LAYERS).max(1),
            Limit::Share(share) if layer > 0 && share() >= 1.0 => break,
            Limit::Share(_) if layer == 0 => STEP / 4,
            Limit::Share(_) => STEP,
        };
        let parts = state.cut(&mut rng);
        for part in parts {
            if layer > 0 && spent() >= 1.0 {
                break;
            }
            state.search(&part, options, layer, per_part)?;
        }
        if layer == 0 {
            first();
        }
    }
    let model = Model::new(instance);
    let tours = nodes(&model, &state.tours);
    Ok((assemble(&model, &tours), state.effort))
}

impl State<'_> {
    fn collect_left(&mut self) {
        let mut served = vec![false; self.instance.requests.len()];
        for visit in self.tours.iter().flatten().filter(|visit| visit.end == End::Delivery) {
            served[visit.request] = true;
        }
        self.left = (0..served.len()).filter(|&r| !served[r]).collect();
    }

    /// Vehicles in the order of how far their tours lie from a drawn place, cut into parts.
    fn cut(&self, rng: &mut Rng) -> Vec<Vec<usize>> {
        let travel = &self.instance.travel;
        let pivot = rng.below(travel.len());
        let far = |place: usize| travel.leg(pivot, place).map_or(i64::MAX / 4, |leg| leg.0);
        let key = |v: &usize| {
            let places = self.tours[*v].iter().map(|visit| {
                let request = &self.instance.requests[visit.request];
                if visit.end == End::Pickup { request.pickup.place } else { request.delivery.place }
            });
            let (count, sum) = places.fold((0, 0_i64), |(n, sum), place| (n + 1, sum + far(place)));
            if count == 0 { far(self.instance.vehicles[*v].start) } else { sum / count }
        };
        let mut order: Vec<usize> = (0..self.tours.len()).collect();
        order.sort_by_cached_key(|v| (key(v), *v));
        let parts = self.instance.requests.len().div_ceil(PART);
        let size = order.len().div_ceil(parts).max(2);
        order.chunks(size).map(<[usize]>::to_vec).collect()
    }

    /// Searches one part and takes over what it finds.
    fn search(
        &mut self,
        vehicles: &[usize],
        options: &Options,
        layer: u64,
        iterations: u64,
    ) -> Result<(), Problem> {
        let mut requests: Vec<usize> =
            vehicles.iter().flat_map(|&v| &self.tours[v]).map(|visit| visit.request).collect();
        requests.sort_unstable();
        requests.dedup();
        let room = if layer == 0 { PART } else { RETRY };
        requests.extend(self.nearest_left(vehicles, room));
        let number: BTreeMap<usize, usize> =
            requests.iter().enumerate().map(|(i, &r)| (r, i)).collect();
        let part = self.part(&requests, vehicles, &number);
        let stops: Vec<Vec<Visit>> = vehicles
            .iter()
            .map(|&v| self.tours[v].iter().map(|visit| renamed(visit, &number)).collect())
            .collect();
        let seed = options.seed.wrapping_add(layer);
        let options = Options { seed, ..*options };
        let limit = Limit::Iterations(iterations);
        let (plan, effort) = improve(&part, &options, limit, &|| (), Some(&stops))?;
        self.effort.iterations += effort.iterations;
        self.effort.checks += effort.checks;
        self.effort.found += effort.found;
        self.effort.built += effort.built;
        self.effort.partitions += effort.partitions;
        for (tour, &v) in plan.sequences(vehicles.len()).iter().zip(vehicles) {
            let back = |visit: &Visit| Visit { request: requests[visit.request], ..*visit };
            self.tours[v] = tour.iter().map(back).collect();
        }
        self.collect_left();
        Ok(())
    }

    /// Left-out requests whose pickups are nearest to the vehicles' starts.
    fn nearest_left(&self, vehicles: &[usize], most: usize) -> Vec<usize> {
        let starts: Vec<usize> =
            vehicles.iter().take(8).map(|&v| self.instance.vehicles[v].start).collect();
        let mut list = self.left.clone();
        if list.len() > most {
            list.sort_by_cached_key(|&r| {
                let request = &self.instance.requests[r];
                let far = |&s: &usize| self.instance.travel.leg(s, request.pickup.place);
                let leg = starts.iter().filter_map(far).map(|leg| leg.0).min();
                (std::cmp::Reverse(request.priority), leg.unwrap_or(i64::MAX), r)
            });
            list.truncate(most);
        }
        list
    }

    fn part(
        &self,
        requests: &[usize],
        vehicles: &[usize],
        number: &BTreeMap<usize, usize>,
    ) -> Instance {
        let mut places: BTreeMap<usize, usize> = BTreeMap::new();
        let mut list = Vec::new();
        let mut place = |at: usize| {
            *places.entry(at).or_insert_with(|| {
                list.push(at);
                list.len() - 1
            })
        };
        let mut small = Vec::with_capacity(requests.len());
        for &r in requests {
            let mut request: Request = self.instance.requests[r].clone();
            request.pickup.place = place(request.pickup.place);
            request.delivery.place = place(request.delivery.place);
            if let Some(only) = request.only.take() {
                let here = (0..vehicles.len()).filter(|&v| only.contains(&vehicles[v]));
                request.only = Some(here.collect());
            }
            small.push(request);
        }
        let mut cars = Vec::with_capacity(vehicles.len());
        for &v in vehicles {
            let mut vehicle: Vehicle = self.instance.vehicles[v].clone();
            vehicle.start = place(vehicle.start);
            vehicle.end = vehicle.end.map(&mut place);
            vehicle.locked = vehicle.locked.iter().map(|x| renamed(x, number)).collect();
            cars.push(vehicle);
        }
        Instance {
            requests: small,
            vehicles: cars,
            travel: self.instance.travel.subset(&list),
            weights: self.instance.weights,
            scale: self.instance.scale,
        }
    }
}

fn renamed(visit: &Visit, number: &BTreeMap<usize, usize>) -> Visit {
    let request = number.get(&visit.request).copied().unwrap_or(usize::MAX);
    Visit { request, ..*visit }
}
