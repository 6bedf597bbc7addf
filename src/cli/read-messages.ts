// The texts of `read`; part of the one table in messages.ts.

/** The texts by key. */
export const readMessages = {
  readNeeds: {
    en: 'read needs a capture: a file, a pattern, or - for standard input',
    zh: 'read 需要一个抓包文件、通配符，或 - 表示标准输入',
  },
  readNoFile: { en: 'there is no file "{text}"', zh: '没有文件 “{text}”' },
  readNoConnection: {
    en: '--conn: there is no connection {text}; this capture has {count}, counted from 0',
    zh: '--conn：没有连接 {text}；该抓包有 {count} 个，从 0 数起',
  },
  readSvgNeedsConn: { en: '--svg needs --conn N', zh: '--svg 需要同时给出 --conn N' },
  readSegmentsNeedParquet: {
    en: '--segments needs --parquet DIR',
    zh: '--segments 需要同时给出 --parquet 目录',
  },
  readParquet: {
    en: '{rows|1 row|# rows} in {dir}; synfin query reads them',
    zh: '已写入 {dir}：{rows} 行；可用 synfin query 查询',
  },
  peerMissing: {
    en: '{command} needs the package {name}, which is not installed: npm install {name}',
    zh: '{command} 需要 npm 包 {name}，但尚未安装：请运行 npm install {name}',
  },
  queryNeeds: {
    en: "query needs a question: synfin query 'select …'",
    zh: "query 需要一条查询：synfin query 'select …'",
  },
  queryNoTables: {
    en: 'there are no tables in {text}: synfin read FILE… --parquet {text} writes them',
    zh: '{text} 中没有表：可用 synfin read 文件… --parquet {text} 写入',
  },
  queryFailed: { en: 'DuckDB says: {message}', zh: 'DuckDB 报告：{message}' },
  readConnOrReplay: { en: '--conn or --replay, not both', zh: '--conn 和 --replay 只能用一个' },
  readTuiTitle: { en: 'synfin read', zh: 'synfin read' },
  readTuiCount: { en: '{n} of {all|1 connection|# connections}', zh: '{all} 个连接中的 {n} 个' },
  readTuiFixed: {
    en: 'A capture stays as it is; synfin read FILE --replay N --tui runs it with changes.',
    zh: '抓包不能改动；用 synfin read 文件 --replay N --tui 可以改动后重放。',
  },
  readTuiNotStdin: {
    en: '--tui needs the keyboard: give it the capture as a file, not on standard input',
    zh: '--tui 需要键盘：请以文件给出抓包，不要用标准输入',
  },
  readReplayWith: {
    en: 'The engine at both ends, with what befell the connection',
    zh: '两端都由引擎扮演，重现当时的丢包',
  },
  readReplayWithout: { en: 'The same without it', zh: '没有丢包时' },
  readReplayFaults: { en: 'On the wire: {faults}', zh: '线路上：{faults}' },
  readReplayNone: {
    en: 'Nothing was lost in the capture: the run is the connection as the engine has it.',
    zh: '抓包中没有丢包：这就是引擎运行该连接的样子。',
  },
  readReplayCompared: {
    en: 'Captured: {captured}. With: {with}, {again|1 retransmission|# retransmissions}. Without: {without}, {fewer|1 retransmission|# retransmissions}.',
    zh: '抓包：{captured}。有丢包：{with}，重传 {again} 次。没有：{without}，重传 {fewer} 次。',
  },
  readReplayMissed: {
    en: 'Of {count|the loss|these # losses} {missed} did not happen: the engine sends its segments differently.',
    zh: '{count} 处丢包中有 {missed} 处没有发生：引擎发送报文段的方式不同。',
  },
  readReplayPart: {
    en: 'The connection is too long to be replayed whole: this is its beginning.',
    zh: '连接太长，无法完整重放：只重放了开头。',
  },
  readBadFilter: { en: '--filter {message}', zh: '--filter {message}' },
  readCannotRead: { en: 'cannot read {file}: {message}', zh: '无法读取 {file}：{message}' },
  readCannotWrite: { en: 'cannot write {file}: {message}', zh: '无法写入 {file}：{message}' },
  readAnonymised: {
    en: '{file}: {written|1 packet|# packets} without addresses and text; {leftOut|1 frame that is|# frames that are} no TCP left out',
    zh: '{file}：{written} 个包，已去掉地址和数据；{leftOut} 个非 TCP 帧未写入',
  },
  readHead: {
    en: '{name}: {format}, {frames|1 frame|# frames}, {tcp} of TCP, {connections|1 connection|# connections} in {time}',
    zh: '{name}：{format}，{frames} 帧，其中 TCP {tcp} 帧，{connections} 个连接，历时 {time}',
  },
  readVantage: { en: 'Captured at: {places}', zh: '抓包位置：{places}' },
  readSkipped: {
    en: 'Not looked at: {other|1 frame|# frames} of other protocols, {short} cut or damaged, {fragments|1 fragment|# fragments}, {unknown} of unknown links.',
    zh: '未分析：其他协议 {other} 帧，截断或损坏 {short} 帧，分片 {fragments} 帧，未知链路 {unknown} 帧。',
  },
  readSuper: {
    en: 'Segments of more than one packet ({count}): captured where a card or the kernel puts together or cuts; lengths are those of the capture.',
    zh: '有 {count} 个报文段超过一个包的大小：抓包点在网卡或内核合并、切分之处；长度以抓包为准。',
  },
  readPartial: {
    en: 'Checksums that a card was to complete ({count}) are no errors.',
    zh: '{count} 个校验和本应由网卡补全，不算错误。',
  },
  readNothingWrong: {
    en: 'Nothing is wrong: {count|the connection is|all # connections are} healthy, as far as this capture shows.',
    zh: '没有问题：从这份抓包看，{count|这个连接|全部 # 个连接都}正常。',
  },
  readNoneSelected: {
    en: '{count|The connection is not|None of the # connections is} what --filter asks for.',
    zh: '{count} 个连接中没有符合 --filter 的。',
  },
  readFilterPart: {
    en: '--filter looked at {count|1 connection|# connections}; {more} more, which ended later, {more|is|are} not listed',
    zh: '--filter 只查看了 {count} 个连接；之后结束的 {more} 个未列出',
  },
  readNoConnections: { en: 'There is no TCP connection in it.', zh: '其中没有 TCP 连接。' },
  readMoreFindings: {
    en: 'and {count|1 other finding|# other findings}: --json has all',
    zh: '另有 {count} 项发现：--json 可看全部',
  },
  readFinding: {
    en: '{severity}: {title} ({where})',
    zh: '{severity}：{title}（{where}）',
  },
  readWhereOne: { en: 'connection {list}', zh: '连接 {list}' },
  readWhereMany: { en: '{count|1 connection|# connections}: {list}', zh: '{count} 个连接：{list}' },
  readWhereAll: { en: 'the whole capture', zh: '整份抓包' },
  readWho: { en: 'Who: {who}. How sure: {sure}.', zh: '责任方：{who}。把握：{sure}。' },
  readFrames: { en: 'Frames: {frames}', zh: '帧：{frames}' },
  readNot: { en: 'Excluded: {title} ({because})', zh: '已排除：{title}（{because}）' },
  readOrElse: {
    en: 'This point of capture cannot exclude: {titles}',
    zh: '从这个抓包点无法排除：{titles}',
  },
  readDo: { en: 'Next: {text}', zh: '下一步：{text}' },
  readLab: { en: 'The same in the lab: {command}', zh: '在实验室中重现：{command}' },
  readConnections: { en: 'Connections', zh: '连接' },
  readMoreConnections: { en: '… and {count} more', zh: '……另有 {count} 个' },
  readColumns: {
    en: '#|client|server|states at the end|closed by|packets|octets sent, received|begins|lasts|verdicts',
    zh: '#|客户端|服务器|最后的状态|先关闭|包数|发送、接收字节|开始|历时|结论',
  },
  readWas: { en: 'Frame {frame}: {role} ({title})', zh: '第 {frame} 帧：{role}（{title}）' },
  readPart: {
    en: 'Only its beginning, its end and what is marked between are kept.',
    zh: '只保留了开头、结尾和其间有标记的部分。',
  },
  severity_fault: { en: 'FAULT', zh: '故障' },
  severity_warning: { en: 'Warning', zh: '警告' },
  severity_note: { en: 'Note', zh: '提示' },
  severity_normal: { en: 'Normal', zh: '正常' },
  confidence_certain: { en: 'certain', zh: '确定' },
  confidence_likely: { en: 'likely', zh: '很可能' },
  confidence_possible: { en: 'possible', zh: '可能' },
  readPlace: { en: '{place} ({count})', zh: '{place}（{count}）' },
  place_client: { en: 'the client’s side', zh: '客户端一侧' },
  place_server: { en: 'the server’s side', zh: '服务器一侧' },
  place_middle: { en: 'in between', zh: '中间' },
  place_both: { en: 'the machine of both ends', zh: '两端所在的同一台机器' },
  place_unknown: { en: 'not known', zh: '未知' },
  reportTitle: { en: 'What is wrong with these connections', zh: '这些连接出了什么问题' },
} as const;
