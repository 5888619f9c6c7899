// What the pages say of themselves. What the agent says comes from the service.

const ZH = {
  title: '健康随访',
  send: '发送', write: '在这里写字', hold: '按住说话', release: '松开就发送', sending: '正在发送…',
  listening: '正在听…', tooShort: '太短了，请按住再说一遍', notHeard: '没有听清楚，请再说一遍，或者写下来',
  noMic: '用不了麦克风。您可以打字，或者点上面的按钮回答。', readAloud: '念一遍', read: '念', autoRead: '朗读', autoReadOff: '不念',
  big: '大字', normal: '标准', doctor: '找医生', amend: '改', amending: '改这一项：', cancel: '不改了',
  offline: '网断了，正在重新连接，您写的不会丢', back: '连上了', progress: '第 {0} / {1} 项',
  done: '这次随访做完了，谢谢您', escalated: '医生已经知道了。情况要紧请马上打 120',
  call120: '打 120', by: '{0}代答', taken: '这个问题刚才已经答过了，请看新的问题再写', failed: '没有送出去，请再试一次',
  ended: '这次随访已经结束', running: '您有一次随访还没有做完，请用原来的链接接着答', unknown: '这个链接打不开了，请向家庭医生要一个新的', tooLong: '太长了，请分几次写',
  open: '打开随访', close: '收起', link: '换个手机接着答', linkCopied: '链接已复制，可以发给自己或家里人',
  pick: '可以选几样', ok: '好了', erase: '删', date: '哪年哪月哪日', dateWrong: '没有这一天，请再看一下', numberWrong: '号码不对，请对着身份证再看一下', year: '年', month: '月', day: '日',
  startWhat: '您今天要做什么？', startName: '您的姓名', startPhone: '手机号（可以不填）', startWrite: '打字回答', startSpeak: '说话回答', startBack: '重新选',
  startNote: '我是语音助手，不是医生。您说的会记下来给家庭医生看。', startNoName: '请写上您的姓名', startNoPhone: '手机号是 11 位数字，请再看一下',
  startClosed: '这里要用家庭医生发给您的链接打开。请向社区卫生服务中心要一个。',
  startFlows: { hypertension_followup: '高血压随访', diabetes_followup: '糖尿病随访', record_intake: '建健康档案', appointment: '约门诊' },
  staffWrites: '现在是{0}在和您写',
  videoOffer: '医生来了，点这里视频', self: '本人',
  relations: { 1: '老伴', 2: '儿子', 3: '女儿', 4: '孙辈', 5: '父母', 6: '祖辈', 7: '兄弟姐妹', 8: '亲属', proxy: '家人' },
  callTitle: '语音随访', callStart: '开始通话', callEnd: '挂断', mute: '静音', unmute: '取消静音', keypad: '拨号盘',
  volume: '音量', micCheck: '先试试麦克风：说句话，看看绿条动不动', micGood: '听得见，很好', micQuiet: '没有声音，请大声一点',
  tryMic: '试试麦克风', repeatWords: '再说一遍', enter: '进入', login_name: '用户名', login_password: '密码', login_code: '验证码', missed: '没有接到，急事', reason: '原因', alertWords: '原话', lastWords: '刚才说', line: '线路', byPhone: '在打电话，没有页面：{0}。视频链接发到手机上，点开了才会出现；不来就打电话',
  flags: { stroke: '疑似脑卒中', chest_pain: '胸痛', dyspnea: '呼吸困难', hypertensive_emergency: '血压危急', hypoglycemia: '低血糖', hyperglycemic_crisis: '高血糖危象', suicide_risk: '自伤风险', bleeding: '出血', unconscious: '意识障碍', fall_injury: '跌倒外伤', anaphylaxis: '严重过敏', resident_asked: '居民要找医生' },
  micAsk: '请点“允许”，让我们听见您说话', connecting: '正在接通…', connected: '通话中', reconnecting: '信号不好，正在重新接…',
  callDone: '通话结束了，谢谢您', callFailed: '接不通。您可以改用打字。', youSaid: '您', agentSaid: '随访', chatInstead: '改用打字',
  elsewhere: '通话已经在另一个窗口里接着了。要在这里说，请再点一下。',
  busy: '现在人多，请稍后再打', repeat: '再说一遍',
  ringing: '正在请 {0} 医生，请稍等', nobody: '医生们都在忙。已经记成急事，医生会尽快打给您。要紧请马上打 120',
  joined: '{0} 医生来了', videoTitle: '和医生视频', camera: '摄像头', cameraOff: '关摄像头', cameraOn: '开摄像头', leave: '结束',
  invite: '请家里人一起', inviteCopied: '链接已复制，发给家里人就能一起视频', soundOnly: '信号弱，先只用声音，画面等一会儿再来', noCamera: '没有摄像头，只用声音',
  videoEnded: '视频结束了，可以关掉这个页面了', videoLinkOver: '这个链接不能用了。还要找医生，请给社区打电话；难受得厉害，请马上打 120', waitDoctor: '正在等大夫。难受得厉害，请马上打 120', other: '居民', doctorName: '医生', waitOther: '正在等对方…', microphone: '麦克风', speaker: '音量',
  accept: '接听', decline: '现在不方便', incoming: '急呼', nothing: '现在没有人呼叫', outcome: '结果', notes: '记录', save: '保存并结束',
  saved: '已存入记录', onDuty: '值班中', signIn: '医生', waitingCall: '等待呼叫', youAreAway: '您标了“不在”，急呼不会响',
  outcomes: { handled: '已处理', emergency: '已叫 120', visit: '约到门诊', home_visit: '上门', unreachable: '没有联系上' },
};

const EN = {
  title: 'Health follow-up',
  send: 'Send', write: 'Write here', hold: 'Hold to talk', release: 'Release to send', sending: 'Sending…',
  listening: 'Listening…', tooShort: 'Too short, hold and say it again', notHeard: 'Not heard well; say it again or write it',
  noMic: 'The microphone cannot be used. You can type or tap an answer.', readAloud: 'Read aloud', read: '▶', autoRead: 'Read',
  autoReadOff: 'Silent', big: 'Large', normal: 'Normal', doctor: 'Doctor', amend: 'Edit', amending: 'Edit this answer:',
  cancel: 'Cancel', offline: 'Connection lost, reconnecting; nothing you write is lost', back: 'Connected', progress: 'Item {0} of {1}',
  done: 'The follow-up is finished, thank you', escalated: 'The doctor has been told. In danger call 120 now',
  call120: 'Call 120', by: 'answered by {0}', taken: 'This question has just been answered; see the new one',
  failed: 'Not sent, please try again', ended: 'This follow-up has ended', running: 'A follow-up of yours is not finished; go on with its link', unknown: 'This link no longer works; ask your doctor for a new one',
  tooLong: 'Too long, please write in parts', open: 'Open follow-up', close: 'Close', link: 'Continue on another phone',
  linkCopied: 'Link copied', pick: 'Choose one or more', ok: 'OK', erase: 'Delete', date: 'Which day', dateWrong: 'There is no such day; please look again', numberWrong: 'The number is not right; please check it', year: 'Year', month: 'Month', day: 'Day',
  startWhat: 'What is it about today?', startName: 'Your name', startPhone: 'Mobile number (may be left out)', startWrite: 'Answer by writing', startSpeak: 'Answer by speaking', startBack: 'Choose again',
  startNote: 'I am a voice assistant, no doctor. What you say is noted for your family doctor.', startNoName: 'Please give your name', startNoPhone: 'A mobile number has 11 digits; please look again',
  startClosed: 'This opens with a link from your family doctor. Ask the clinic for one.',
  startFlows: { hypertension_followup: 'Blood pressure follow-up', diabetes_followup: 'Diabetes follow-up', record_intake: 'Health record', appointment: 'Appointment' },
  staffWrites: '{0} is writing with you now',
  videoOffer: 'The doctor is here, tap for video', self: 'self',
  relations: { 1: 'spouse', 2: 'son', 3: 'daughter', 4: 'grandchild', 5: 'parent', 6: 'grandparent', 7: 'sibling', 8: 'relative', proxy: 'family' },
  callTitle: 'Follow-up call', callStart: 'Start the call', callEnd: 'Hang up', mute: 'Mute', unmute: 'Unmute', keypad: 'Keypad',
  volume: 'Volume', micCheck: 'Try the microphone: say something and see whether the bar moves', micGood: 'We can hear you', micQuiet: 'No sound, speak up',
  tryMic: 'Try the microphone', repeatWords: '再说一遍', enter: 'Enter', login_name: 'Name', login_password: 'Password', login_code: 'Code', missed: 'Missed, urgent', reason: 'Reason', alertWords: 'Words', lastWords: 'Said last', line: 'Line', byPhone: 'By telephone, without a page: {0}. The link to the video goes to the mobile; who does not open it, call',
  flags: { stroke: 'stroke?', chest_pain: 'chest pain', dyspnea: 'short of breath', hypertensive_emergency: 'critical pressure', hypoglycemia: 'low sugar', hyperglycemic_crisis: 'high sugar crisis', suicide_risk: 'risk of suicide', bleeding: 'bleeding', unconscious: 'unconscious', fall_injury: 'fall', anaphylaxis: 'anaphylaxis', resident_asked: 'asks for a doctor' },
  micAsk: 'Please choose “Allow” so that we can hear you', connecting: 'Connecting…', connected: 'In a call', reconnecting: 'Bad connection, trying again…',
  callDone: 'The call has ended, thank you', callFailed: 'No connection. You can type instead.', youSaid: 'You', agentSaid: 'Agent', chatInstead: 'Type instead',
  elsewhere: 'The call goes on in another window. To speak here, tap again.',
  busy: 'All lines are busy, call later', repeat: 'Say it again',
  ringing: 'Calling Dr {0}, please wait', nobody: 'All doctors are busy. It is noted as urgent and a doctor will call you. In danger call 120 now',
  joined: 'Dr {0} is here', videoTitle: 'Video with the doctor', camera: 'Camera', cameraOff: 'Camera off', cameraOn: 'Camera on', leave: 'End',
  invite: 'Invite family', inviteCopied: 'Link copied; family can join with it', soundOnly: 'Weak connection: sound only for now', noCamera: 'No camera, sound only',
  videoEnded: 'The video has ended; you may close this page', videoLinkOver: 'This link no longer works. To reach a doctor, call the clinic; in danger call 120 now', waitDoctor: 'Waiting for the doctor. In danger call 120 now', other: 'Resident', doctorName: 'Doctor', waitOther: 'Waiting for the other side…', microphone: 'Microphone', speaker: 'Volume',
  accept: 'Answer', decline: 'Not now', incoming: 'Urgent call', nothing: 'Nobody is calling', outcome: 'Outcome', notes: 'Notes', save: 'Save and end',
  saved: 'Saved to the record', onDuty: 'On duty', signIn: 'Doctor', waitingCall: 'Waiting for calls', youAreAway: 'You are marked away: calls do not ring here',
  outcomes: { handled: 'Handled', emergency: '120 called', visit: 'Appointment made', home_visit: 'Home visit', unreachable: 'Not reached' },
};

export const TABLES = { zh: ZH, en: EN };

export function words(lang) {
  const table = (lang || '').toLowerCase().startsWith('en') ? EN : ZH;
  return (key, ...values) => {
    const text = table[key];
    return typeof text === 'string' ? text.replace(/\{(\d)\}/g, (_, index) => values[index]) : text;
  };
}
