"""Other planners on the same dial-a-ride instances, beside ours. Not run by CI.

    pip install ortools pyvroom pyvrp
    python peers.py --ours PATH/TO/baize --darp DIR --seconds 30 NAME ...

What each can hold: OR-Tools the whole problem (ride time as a bound on the time dimension, visits
optional at a price). VROOM and PyVRP hold no ride limit: they get windows shaved so that the ride
limit follows wherever windows are tight, and the rest shows as tours that are not feasible. Every
plan is judged by the same exact check (Bellman-Ford), and people aboard too
long are counted. `--seconds` are CPU seconds of one thread, so that load on the machine hurts
nobody; VROOM stops by itself. One line of JSON for each instance and planner.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import time

SCALE = 1000


class Instance:
    def __init__(self, path):
        rows = [line.split() for line in open(path, encoding="utf-8") if line.strip()]
        head = rows[0]
        self.m, self.longest = int(head[0]), float(head[2])
        self.capacity, self.ride = int(head[3]), float(head[4])
        nodes = [[float(x) for x in row[1:7]] for row in rows[1:]]
        if len(nodes) % 2 == 0:
            nodes.pop()
        self.nodes, self.n = nodes, (len(nodes) - 1) // 2
        self.d = [[math.hypot(a[0] - b[0], a[1] - b[1]) for b in nodes] for a in nodes]

    def shaved(self):
        """Windows narrowed by what the ride limit and the direct drive imply."""
        early = [node[4] for node in self.nodes]
        late = [node[5] for node in self.nodes]
        for i in range(1, self.n + 1):
            j, service = i + self.n, self.nodes[i][2]
            drive = self.d[i][j] + service
            early[i] = max(early[i], early[j] - self.ride - service, self.d[0][i])
            late[i] = min(late[i], late[j] - drive)
            early[j] = max(early[j], early[i] + drive)
            late[j] = min(late[j], late[i] + self.ride + service)
        return early, late


def judge(inst, routes):
    """Cost, requests served, whether every tour is feasible, and in tours that are not, the riders
    aboard too long in the least schedule without ride limits."""
    cost, served, feasible, too_long = 0.0, 0, True, 0
    for route in routes:
        seq = [0] + route + [0]
        cost += sum(inst.d[a][b] for a, b in zip(seq, seq[1:]))
        served += sum(1 for x in route if x > inst.n)
        if schedule(inst, seq, True):
            continue
        feasible = False
        times = schedule(inst, seq, False)
        at = {x: t for x, t in zip(seq, times or [])}
        for x in route:
            if 0 < x <= inst.n and x + inst.n in at:
                ride = at[x + inst.n] - at[x] - inst.nodes[x][2]
                too_long += ride > inst.ride + 1e-4
    return cost, served, feasible, too_long


def schedule(inst, seq, ride_limit):
    times = [inst.nodes[x][4] for x in seq]
    at = {x: i for i, x in enumerate(seq)}
    load = 0
    for x in seq:
        load += inst.nodes[x][3]
        if load > inst.capacity:
            return None
    for _ in range(len(seq) + 2):
        before = list(times)
        for i in range(1, len(seq)):
            a, b = seq[i - 1], seq[i]
            times[i] = max(times[i], times[i - 1] + inst.nodes[a][2] + inst.d[a][b])
        if ride_limit:
            for i, x in enumerate(seq):
                if 0 < x <= inst.n and x + inst.n in at:
                    least = times[at[x + inst.n]] - inst.ride - inst.nodes[x][2]
                    times[i] = max(times[i], least)
            times[0] = max(times[0], times[-1] - inst.longest)
        if any(t > inst.nodes[x][5] + 2e-3 for t, x in zip(times, seq)):
            return None
        if all(b - a < 1e-7 for a, b in zip(before, times)):
            return times
    return None


def ours(inst, path, seconds, binary):
    out = subprocess.run(
        [binary, "dispatch", "solve", path, "--seconds", str(seconds), "--json"],
        capture_output=True,
        check=True,
    )
    return [route["stops"] for route in json.loads(out.stdout)["routes"]]


def ortools(inst, _path, seconds, _binary):
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    size = len(inst.nodes)
    manager = pywrapcp.RoutingIndexManager(size, inst.m, 0)
    routing = pywrapcp.RoutingModel(manager)
    drive = [[math.ceil(x * SCALE) for x in row] for row in inst.d]
    service = [round(node[2] * SCALE) for node in inst.nodes]

    def leg(a, b):
        return drive[manager.IndexToNode(a)][manager.IndexToNode(b)]

    def leg_and_service(a, b):
        a, b = manager.IndexToNode(a), manager.IndexToNode(b)
        return drive[a][b] + service[a]

    cost = routing.RegisterTransitCallback(leg)
    routing.SetArcCostEvaluatorOfAllVehicles(cost)
    clock = routing.RegisterTransitCallback(leg_and_service)
    horizon = round(inst.nodes[0][5] * SCALE)
    routing.AddDimension(clock, horizon, horizon, False, "time")
    times = routing.GetDimensionOrDie("time")
    demand = routing.RegisterUnaryTransitCallback(
        lambda a: int(inst.nodes[manager.IndexToNode(a)][3]))
    routing.AddDimension(demand, 0, inst.capacity, True, "load")
    solver = routing.solver()
    for v in range(inst.m):
        times.SetSpanUpperBoundForVehicle(round(inst.longest * SCALE), v)
    for i in range(1, inst.n + 1):
        a, b = manager.NodeToIndex(i), manager.NodeToIndex(i + inst.n)
        routing.AddPickupAndDelivery(a, b)
        solver.Add(routing.VehicleVar(a) == routing.VehicleVar(b))
        solver.Add(times.CumulVar(a) <= times.CumulVar(b))
        limit = round(inst.ride * SCALE) + service[i]
        solver.Add(times.CumulVar(b) - times.CumulVar(a) <= limit)
        routing.AddDisjunction([a], 10_000 * SCALE)
        routing.AddDisjunction([b], 10_000 * SCALE)
        for x, index in ((i, a), (i + inst.n, b)):
            node = inst.nodes[x]
            times.CumulVar(index).SetRange(math.ceil(node[4] * SCALE), int(node[5] * SCALE))
    options = pywrapcp.DefaultRoutingSearchParameters()
    options.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION)
    options.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH)
    until = time.process_time() + seconds
    routing.AddSearchMonitor(solver.CustomLimit(lambda: time.process_time() > until))
    options.time_limit.FromMilliseconds(int(seconds * 20_000))
    found = routing.SolveWithParameters(options)
    routes = []
    for v in range(inst.m if found else 0):
        at, route = routing.Start(v), []
        while not routing.IsEnd(at):
            route.append(manager.IndexToNode(at))
            at = found.Value(routing.NextVar(at))
        if len(route) > 1:
            routes.append(route[1:])
    return routes


def vroom(inst, _path, _seconds, _binary):
    import numpy
    import vroom as engine

    early, late = inst.shaved()
    problem = engine.Input()
    drive = numpy.array([[math.ceil(x * SCALE) for x in row] for row in inst.d], dtype="uint32")
    problem.set_durations_matrix(profile="car", matrix_input=drive)
    end = int(inst.nodes[0][5] * SCALE)
    for v in range(inst.m):
        problem.add_vehicle(engine.Vehicle(
            v + 1, start=0, end=0, capacity=engine.Amount([inst.capacity]),
            time_window=engine.TimeWindow(0, end),
            max_travel_time=int(inst.longest * SCALE)))
    for i in range(1, inst.n + 1):
        steps = []
        for x in (i, i + inst.n):
            window = (math.ceil(early[x] * SCALE), max(math.ceil(early[x] * SCALE),
                                                       int(late[x] * SCALE)))
            steps.append(engine.ShipmentStep(
                x, x, default_service=round(inst.nodes[x][2] * SCALE),
                time_windows=[engine.TimeWindow(*window)]))
        problem.add_shipment(steps[0], steps[1], amount=engine.Amount([int(inst.nodes[i][3])]))
    found = problem.solve(exploration_level=5, nb_threads=1)
    routes = {}
    for _, row in found.routes.iterrows():
        if row["type"] in ("pickup", "delivery"):
            routes.setdefault(row["vehicle_id"], []).append(int(row["id"]))
    return list(routes.values())


def pyvrp(inst, _path, seconds, _binary):
    from pyvrp import Model

    early, late = inst.shaved()
    model = Model()
    places = [model.add_location(node[0], node[1]) for node in inst.nodes]
    end = int(inst.nodes[0][5] * SCALE)
    depot = model.add_depot(places[0], tw_early=0, tw_late=end)
    model.add_vehicle_type(
        num_available=inst.m, capacity=inst.capacity, start_depot=depot, end_depot=depot,
        tw_early=0, tw_late=end, shift_duration=round(inst.longest * SCALE))
    for i in range(1, inst.n + 1):
        j = i + inst.n
        opens = [math.ceil(early[x] * SCALE) for x in (i, j)]
        closes = [max(opens[k], int(late[x] * SCALE)) for k, x in enumerate((i, j))]
        model.add_shipment(
            places[i], places[j], pickup_tw_early=opens[0], pickup_tw_late=closes[0],
            pickup_service_duration=round(inst.nodes[i][2] * SCALE), delivery_tw_early=opens[1],
            delivery_tw_late=closes[1],
            delivery_service_duration=round(inst.nodes[j][2] * SCALE),
            amount=int(inst.nodes[i][3]), required=False, prize=10_000 * SCALE)
    for a, from_place in enumerate(places):
        for b, to_place in enumerate(places):
            if a != b:
                way = math.ceil(inst.d[a][b] * SCALE)
                model.add_edge(from_place, to_place, distance=way, duration=way)
    until = time.process_time() + seconds
    best = model.solve(stop=lambda _: time.process_time() > until, display=False).best
    routes = []
    for route in best.routes():
        stops = []
        for step in route.schedule():
            if step.is_pickup():
                stops.append(step.idx + 1)
            elif step.is_delivery():
                stops.append(step.idx + 1 + inst.n)
        routes.append(stops)
    return routes


def cpu_s():
    """CPU seconds of this process and of what it has waited for."""
    who = [resource.getrusage(x) for x in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in who)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", default="")
    parser.add_argument("--darp", required=True)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--planners", default="ours,ortools,vroom,pyvrp")
    parser.add_argument("names", nargs="+")
    args = parser.parse_args()
    planners = {"ours": ours, "ortools": ortools, "vroom": vroom, "pyvrp": pyvrp}
    for name in args.names:
        path = os.path.join(args.darp, f"{name}.txt")
        inst = Instance(path)
        for planner in args.planners.split(","):
            began = cpu_s()
            row = {"instance": name, "planner": planner}
            try:
                routes = planners[planner](inst, path, args.seconds, args.ours)
                cost, served, feasible, too_long = judge(inst, routes)
                row |= {"cost": round(cost, 2), "served": served, "of": inst.n,
                        "feasible": feasible, "too_long": too_long}
            except Exception as problem:  # a peer that fails is a finding, not a crash
                row |= {"failed": f"{type(problem).__name__}: {problem}"[:200]}
            row["cpu_s"] = round(cpu_s() - began, 1)
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
