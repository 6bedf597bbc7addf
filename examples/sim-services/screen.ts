// A screen in the warehouse: it hears of orders by MQTT.

import mqtt from 'mqtt';

/** Orders that it has heard of. */
export const heard = new Set<string>();

const screen = mqtt.connect('mqtt://broker', { reconnectPeriod: 500, connectTimeout: 3000 });
screen.on('error', () => {});
screen.on('connect', () => screen.subscribe('orders', { qos: 1 }));
screen.on('message', (_topic, payload) => heard.add(String(payload)));
