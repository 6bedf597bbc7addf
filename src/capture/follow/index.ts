// The door of following: segments become connections.

export { Connection, type Earlier, type Stage } from './connection.ts';
export { Follower, type FollowerCounts, type FollowerOptions } from './follower.ts';
export { RoundTrips } from './round-trips.ts';
export { type IcmpSeen, Mark, markNames, namesOfMarks, otherWay, Seen, type Way } from './seen.ts';
export { type Flight, type Hole, type Retransmissions, Side } from './side.ts';
export { type StateSet, statesOf } from './states.ts';
export { hopsOf, type Place, type PlaceSign, type Vantage, vantageOf } from './vantage.ts';
