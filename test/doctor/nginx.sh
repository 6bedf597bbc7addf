# nginx with a backlog of 1, whose worker stands still while clients come. `bash nginx.sh NGINX`: prints "ready" when the queue is
# full, and ends with its standard input.
place=$(mktemp -d)
mkdir "$place/logs"
cat > "$place/nginx.conf" <<END
daemon off; worker_processes 1; user root; pid $place/pid; error_log $place/logs/error.log;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $place/a; proxy_temp_path $place/b; fastcgi_temp_path $place/c; uwsgi_temp_path $place/d; scgi_temp_path $place/e;
  server { listen 127.0.0.1:8090 backlog=1; return 200; }
}
END
"$1" -p "$place" -c "$place/nginx.conf" -e "$place/logs/error.log" < /dev/null &
master=$!
for i in $(seq 100); do worker=$(cat /proc/$master/task/$master/children 2> /dev/null); [ -n "$worker" ] && break; sleep 0.05; done
kill -STOP $worker
for i in 1 2 3 4; do (exec 3<> /dev/tcp/127.0.0.1/8090; sleep 30) & clients="$clients $!"; done 2> /dev/null
sleep 0.3
echo ready
cat > /dev/null
kill $clients 2> /dev/null
kill -CONT $worker
kill -QUIT $master
rm -rf "$place"
