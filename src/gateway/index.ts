// The door of the gateway: a way out for virtual machines. Guests' frames come in by ports; their connections end here,
// are judged, and are spliced with connections of the host. Runs in any engine; what needs Node is in node/.

export type { FramePort } from './port.ts';
