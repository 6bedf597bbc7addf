# HAProxy with mistakes in its configuration, in the network namespace that it is started in. `bash haproxy.sh HAPROXY`: prints "ready"
# when they are to be seen, and ends with its standard input.
# 8091: one connection at a time, and a backlog of 2. 8092: a server that does not answer SYNs, and no short timeout for that.
place=$(mktemp -d)
cat > "$place/haproxy.cfg" <<CONF
global
  maxconn 100
defaults
  mode tcp
  timeout connect 60s
  timeout client 60s
  timeout server 60s
frontend full
  bind 127.0.0.1:8091 backlog 2 maxconn 1
  default_backend held
backend held
  server one 127.0.0.1:8093
frontend filtered
  bind 127.0.0.1:8092
  default_backend away
backend away
  retries 0
  server two 10.9.9.9:80
CONF
ip link add va type veth peer name vb; ip address add 10.9.9.1/24 dev va; ip link set va up; ip link set vb up
ip neighbour add 10.9.9.9 lladdr 02:00:00:00:00:01 dev va
python3 -c 'import socket, time; server = socket.create_server(("127.0.0.1", 8093)); time.sleep(60)' &
server=$!
"$1" -f "$place/haproxy.cfg" -db < /dev/null &
proxy=$!
for i in $(seq 100); do (exec 3<> /dev/tcp/127.0.0.1/8092 && sleep 0.1) 2> /dev/null && break; sleep 0.05; done
for i in 1 2 3 4 5 6; do (exec 3<> /dev/tcp/127.0.0.1/8091; sleep 30) & clients="$clients $!"; done 2> /dev/null
for i in 1 2 3 4; do (exec 3<> /dev/tcp/127.0.0.1/8092; sleep 30) & clients="$clients $!"; done 2> /dev/null
sleep 0.3
echo ready
cat > /dev/null
kill $clients $proxy $server 2> /dev/null
rm -rf "$place"
