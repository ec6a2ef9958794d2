PRAGMA application_id = 1835822960;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE "alias" (
    "model" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "alias")
) STRICT, WITHOUT ROWID;
INSERT INTO "alias" VALUES('flight-delay','production',21,'{"alias":"production","by":"dora","model":"flight-delay","since":"2013-04-01T00:08:00Z","version":"1.1.0"}');
CREATE TABLE "approval" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "approver" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number", "approver")
) STRICT, WITHOUT ROWID;
INSERT INTO "approval" VALUES('flight-delay',1,'ben',12,'{"approved_at":"2013-04-01T00:03:00Z","approver":"ben","artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","request":1,"version":"1.0.0"}');
INSERT INTO "approval" VALUES('flight-delay',2,'ben',20,'{"approved_at":"2013-04-01T00:07:00Z","approver":"ben","artifact":"sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb","evidence":["sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"model":"flight-delay","request":2,"version":"1.1.0"}');
CREATE TABLE "evidence" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "digest")
) STRICT, WITHOUT ROWID;
INSERT INTO "evidence" VALUES('flight-delay','1.0.0','sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837',10,'{"digest":"sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837","evidence":{"document":"{\"at\":\"2013-04-01T00:02:00Z\",\"checks\":[{\"details\":[],\"expected\":\">= 0.6\",\"interval\":null,\"name\":\"roc_auc\",\"observed\":0.71,\"outcome\":\"passed\",\"reason\":\"\",\"severity\":\"critical\"}],\"gate\":\"production gate\",\"gate_digest\":null,\"inputs\":[],\"subject\":{\"artifact\":\"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2\",\"model\":\"flight-delay\",\"version\":\"1.0.0\"}}"},"gate":"production gate","model":"flight-delay","number":1,"recorded_at":"2013-04-01T00:02:00Z","recorded_by":"ana","version":"1.0.0"}');
INSERT INTO "evidence" VALUES('flight-delay','1.1.0','sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253',18,'{"digest":"sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253","evidence":{"document":"{\"at\":\"2013-04-01T00:06:00Z\",\"checks\":[{\"details\":[],\"expected\":\">= 0.6\",\"interval\":null,\"name\":\"roc_auc\",\"observed\":0.71,\"outcome\":\"passed\",\"reason\":\"\",\"severity\":\"critical\"}],\"gate\":\"production gate\",\"gate_digest\":null,\"inputs\":[],\"subject\":{\"artifact\":\"sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb\",\"model\":\"flight-delay\",\"version\":\"1.1.0\"}}"},"gate":"production gate","model":"flight-delay","number":2,"recorded_at":"2013-04-01T00:06:00Z","recorded_by":"ana","version":"1.1.0"}');
CREATE TABLE "experiment" (
    "experiment" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment")
) STRICT, WITHOUT ROWID;
INSERT INTO "experiment" VALUES('flight-delay',14,'{"created_at":"2013-04-01T00:00:00Z","created_by":"ana","name":"flight-delay","runs":2}');
CREATE TABLE "grant" (
    "principal" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("principal", "role", "scope")
) STRICT, WITHOUT ROWID;
INSERT INTO "grant" VALUES('ana','author','*',1,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"ana","role":"author","scope":"*"}');
INSERT INTO "grant" VALUES('ben','approver','*',2,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"ben","role":"approver","scope":"*"}');
INSERT INTO "grant" VALUES('dora','deployer','*',3,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"dora","role":"deployer","scope":"*"}');
INSERT INTO "grant" VALUES('root','admin','*',0,'{"granted_at":"2013-04-01T00:00:00Z","granted_by":"root","principal":"root","role":"admin","scope":"*"}');
CREATE TABLE "input" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "digest")
) STRICT, WITHOUT ROWID;
INSERT INTO "input" VALUES('flight-delay',1,'flights.parquet','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',7,'{"digest":"sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e","name":"flights.parquet","run":"flight-delay/1"}');
INSERT INTO "input" VALUES('flight-delay',2,'flights.parquet','sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e',15,'{"digest":"sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e","name":"flights.parquet","run":"flight-delay/2"}');
CREATE TABLE leaf (
    sequence INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
INSERT INTO "leaf" VALUES(0,'{"action":"registry.create","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:13dbeae406aa268fcec4be12f4172d8d137e479b87823c182d9fc647c5b00482","key":["registry"],"kind":"registry","was":null},{"digest":"sha256:868951a621db99fe789ebc76ca687a2a581c572a318fc19cce4b81c4bbfbf2bb","key":["root","admin","*"],"kind":"grant","was":null}],"sequence":0,"subject":"registry.example"}');
INSERT INTO "leaf" VALUES(1,'{"action":"role.grant","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:424b7f6e5359f3fa6588af7318e91cffeb2ec7b4df380a16b8d77b71a0da32e7","key":["ana","author","*"],"kind":"grant","was":null}],"sequence":1,"subject":"ana as author"}');
INSERT INTO "leaf" VALUES(2,'{"action":"role.grant","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:9ea03446c5d5667b4ba6e5f088bd2d7654ed2fabbbf6cfcad073ee2b40467045","key":["ben","approver","*"],"kind":"grant","was":null}],"sequence":2,"subject":"ben as approver"}');
INSERT INTO "leaf" VALUES(3,'{"action":"role.grant","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:a8d84fd00a10a3258695897e11d0bf35fe1ffbfd01d8499e2f0d386fbf8f8862","key":["dora","deployer","*"],"kind":"grant","was":null}],"sequence":3,"subject":"dora as deployer"}');
INSERT INTO "leaf" VALUES(4,'{"action":"policy.set","actor":"root","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:a4d4b056d303a9e87909d0dfc6bd48c8b19567162984073d7e7b45ee52fc97d5","key":["production"],"kind":"policy","was":null}],"sequence":4,"subject":"promotion to production"}');
INSERT INTO "leaf" VALUES(5,'{"action":"experiment.create","actor":"ana","at":"2013-04-01T00:00:00Z","changes":[{"digest":"sha256:e2bbc7d51ce7afeadb58f41c1e44d2024963cbf6cfc08ed013d90fdb8ffc58eb","key":["flight-delay"],"kind":"experiment","was":null}],"sequence":5,"subject":"flight-delay"}');
INSERT INTO "leaf" VALUES(6,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:0cc3d708c7acd53606842f57a663d0f13e452a887ab421a9c2e64c7243b64b2d","key":["flight-delay"],"kind":"experiment","was":5},{"digest":"sha256:9a52cd54f93c1f18ae2aa627413e238042f8b1485994aefc0a48c4685580a311","key":["flight-delay",1],"kind":"run","was":null}],"sequence":6,"subject":"flight-delay/1"}');
INSERT INTO "leaf" VALUES(7,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:4865e5b13357b1e172c31e16461474be9ad3b5e819599c33e91527439799ebdb","key":["flight-delay",1,"trees"],"kind":"param","was":null},{"digest":"sha256:f6da174c111b6b87a5a5514c73f5bff7a01746f7ea276a87ee280ebf179f48b1","key":["flight-delay",1,"auc",0,1364774460000000,"bfe6b851eb851eb8"],"kind":"metric","was":null},{"digest":"sha256:43249afb9a037fa6409af94d39c0ef04b70fb3c6a7016a4da687cb12beb18633","key":["flight-delay",1,"flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"],"kind":"input","was":null}],"sequence":7,"subject":"flight-delay/1"}');
INSERT INTO "leaf" VALUES(8,'{"action":"run.end","actor":"ana","at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:cf517f0cb3a0609b5792e4c00246da6c7e06bcd36dc051ffb3ebe1bdad0d097d","key":["flight-delay",1],"kind":"run","was":6}],"sequence":8,"subject":"flight-delay/1 as finished"}');
INSERT INTO "leaf" VALUES(9,'{"action":"version.register","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:01:00Z","changes":[{"digest":"sha256:befb3aac078a0e428bec20e2b5c640445064dd7e0c2c871d7c7a6e6fb612e6ec","key":["flight-delay"],"kind":"model","was":null},{"digest":"sha256:0013853cca0f9b200ce389395de826e5af8169f616506cd04190125e4db7686a","key":["flight-delay","1.0.0"],"kind":"version","was":null},{"digest":"sha256:6a13e1f95a524e39fbee42a0b0f32b1c1554df29993c8f742ecbc531a00eade3","key":["flight-delay","1.0.0"],"kind":"stage","was":null}],"sequence":9,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(10,'{"action":"evidence.record","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:02:00Z","changes":[{"digest":"sha256:91b9b5487cea57929a7be72009681912e16d0f01593eee620e28c438f6f4c09e","key":["flight-delay"],"kind":"model","was":9},{"digest":"sha256:ac62d340123bb48e6a0d72638daaa43d92fb702831145ce3bcc8a9833a96cd3f","key":["flight-delay","1.0.0","sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"kind":"evidence","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":10,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(11,'{"action":"promotion.request","actor":"ana","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:03:00Z","changes":[{"digest":"sha256:6f7a5237654a23e696fa0d9603bd6a5f043fe6bf5bf1e766cb894408115b260f","key":["flight-delay"],"kind":"model","was":10},{"digest":"sha256:dfe79e0a6342fb10a34e23e7a71a663c42256845ef1b0604d0b0186872c6d600","key":["flight-delay",1],"kind":"request","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":11,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(12,'{"action":"promotion.approve","actor":"ben","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:03:00Z","changes":[{"digest":"sha256:bd6c07a0ff4c23a9270a5715b507907427982366d6bee6fcee2326c9b852a448","key":["flight-delay",1,"ben"],"kind":"approval","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":12,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(13,'{"action":"promotion.execute","actor":"dora","artifacts":["sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2"],"at":"2013-04-01T00:04:00Z","changes":[{"digest":"sha256:9a2fafa79d0121c2400377c837e8b4b6908fd2080cc54d749adb120958d2ee58","key":["flight-delay"],"kind":"model","was":11},{"digest":"sha256:7dcef91b04f9e04dfeddbae7313b860a3f2beb5bb64dacc33fd737f395f4236f","key":["flight-delay",1],"kind":"request","was":11},{"digest":"sha256:2abe9c963ee81fde6cf638d826b28e417a2c4d6b3c5070041c765b0d73797bb3","key":["flight-delay","1.0.0"],"kind":"stage","was":9},{"digest":"sha256:11fe29d0a18d4bc94ffea522e949655a786f2d5c2ecbc52d58c80c0083c9591c","key":["flight-delay","production"],"kind":"alias","was":null},{"digest":"sha256:d779e160a6b1822dc0a2146ea4548b07dc6a6b345362c655fce7014b440b73bd","key":["flight-delay",1],"kind":"promotion","was":null}],"evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"sequence":13,"subject":"flight-delay/1.0.0"}');
INSERT INTO "leaf" VALUES(14,'{"action":"run.start","actor":"ana","at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:c65b05d5c0dbaa20d8e1821688420413233914234edff5a26335a5bc8bb8305e","key":["flight-delay"],"kind":"experiment","was":6},{"digest":"sha256:815a07846b1af3ab1bcc4e7a690b16789f6c194cadaf2801929b51ffef2eca3a","key":["flight-delay",2],"kind":"run","was":null}],"sequence":14,"subject":"flight-delay/2"}');
INSERT INTO "leaf" VALUES(15,'{"action":"run.log","actor":"ana","at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:cc150cb1b5a02350e8a6b716f07599c0c368f38cc7622d5c49b420a7655dfb3d","key":["flight-delay",2,"trees"],"kind":"param","was":null},{"digest":"sha256:85cd087a0b2fab38889f8f4dd38de00c218b648578012ed438ee4c1ca26c33f3","key":["flight-delay",2,"auc",0,1364774700000000,"bfe6b851eb851eb8"],"kind":"metric","was":null},{"digest":"sha256:6f8a08078eb3461b4d333c61797fc2f4d746487aa8d26059a00bc482cbb13101","key":["flight-delay",2,"flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"],"kind":"input","was":null}],"sequence":15,"subject":"flight-delay/2"}');
INSERT INTO "leaf" VALUES(16,'{"action":"run.end","actor":"ana","at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:9811e70ede9c6adc1c0d1d61f66e6c94cac519df195bbd216c91417068e0b695","key":["flight-delay",2],"kind":"run","was":14}],"sequence":16,"subject":"flight-delay/2 as finished"}');
INSERT INTO "leaf" VALUES(17,'{"action":"version.register","actor":"ana","artifacts":["sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb"],"at":"2013-04-01T00:05:00Z","changes":[{"digest":"sha256:657dba1ff8e4d12ee26f952f90c89c7b0cbeb86edf53c03beb1baf451f1f8429","key":["flight-delay"],"kind":"model","was":13},{"digest":"sha256:ee816a58e3cfae1f4fb1c439a8009207099a835eeb4695935b2fef1115c080a4","key":["flight-delay","1.1.0"],"kind":"version","was":null},{"digest":"sha256:d0746a771c456885894a5c894cdbda64fbb61e77467d75cc4b15f540fb2d53d1","key":["flight-delay","1.1.0"],"kind":"stage","was":null}],"sequence":17,"subject":"flight-delay/1.1.0"}');
INSERT INTO "leaf" VALUES(18,'{"action":"evidence.record","actor":"ana","artifacts":["sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb"],"at":"2013-04-01T00:06:00Z","changes":[{"digest":"sha256:88ad4f164efde28f01dabf1902de83378c4507c688b9f94708c97778f7474d53","key":["flight-delay"],"kind":"model","was":17},{"digest":"sha256:042b70c7a2abeea1477c2c84390ce113e7931fdfd0f4419063d33d442000ff92","key":["flight-delay","1.1.0","sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"kind":"evidence","was":null}],"evidence":["sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"sequence":18,"subject":"flight-delay/1.1.0"}');
INSERT INTO "leaf" VALUES(19,'{"action":"promotion.request","actor":"ana","artifacts":["sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb"],"at":"2013-04-01T00:07:00Z","changes":[{"digest":"sha256:3b468fd59e4396dd7f50fccd9871bc87dcf02c38cf759643b7ae31a8eabdb6d6","key":["flight-delay"],"kind":"model","was":18},{"digest":"sha256:23d715c30eef31421c84fa5873d687b85428758463c3c803c885e591d47bb14e","key":["flight-delay",2],"kind":"request","was":null}],"evidence":["sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"sequence":19,"subject":"flight-delay/1.1.0"}');
INSERT INTO "leaf" VALUES(20,'{"action":"promotion.approve","actor":"ben","artifacts":["sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb"],"at":"2013-04-01T00:07:00Z","changes":[{"digest":"sha256:7bf0fb36c8be2e76affe6e34e66c2e8ec236e40001547aadc7fa6f1856e03e3c","key":["flight-delay",2,"ben"],"kind":"approval","was":null}],"evidence":["sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"sequence":20,"subject":"flight-delay/1.1.0"}');
INSERT INTO "leaf" VALUES(21,'{"action":"promotion.execute","actor":"dora","artifacts":["sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb"],"at":"2013-04-01T00:08:00Z","changes":[{"digest":"sha256:7555f4b9649449c7a8cb7d135a4b079df92a4e9de16ff5f6c0a8d50649e7a16a","key":["flight-delay"],"kind":"model","was":19},{"digest":"sha256:c0dee897b6b5c749662417f9ec13441199a9f23ac00398b3f2731b3ea4d12f65","key":["flight-delay",2],"kind":"request","was":19},{"digest":"sha256:7ee7417d7eb69128d729045f44c7a486e638483324c97d58e931f6267bd34fd4","key":["flight-delay","1.0.0"],"kind":"stage","was":13},{"digest":"sha256:2a8239820dafbb80c45e3edf3d3662a30c307f975e06a81b8acee29021d377f9","key":["flight-delay","1.1.0"],"kind":"stage","was":17},{"digest":"sha256:59ad3cdf6b206016720ffb1fd8472c399ed6aa3a01ddd8988ff21bcc82d6847d","key":["flight-delay","production"],"kind":"alias","was":13},{"digest":"sha256:25d4351de0630324a843ef87ad2e77f4ffc8b178fda0326607ae6e1edb0172b1","key":["flight-delay",2],"kind":"promotion","was":null}],"evidence":["sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"sequence":21,"subject":"flight-delay/1.1.0"}');
CREATE TABLE "metric" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "at_micros" INTEGER NOT NULL,
    "value_bits" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "step", "at_micros", "value_bits")
) STRICT, WITHOUT ROWID;
INSERT INTO "metric" VALUES('flight-delay',1,'auc',0,1364774460000000,'bfe6b851eb851eb8',7,'{"at":"2013-04-01T00:01:00Z","name":"auc","run":"flight-delay/1","step":0,"value":0.71}');
INSERT INTO "metric" VALUES('flight-delay',2,'auc',0,1364774700000000,'bfe6b851eb851eb8',15,'{"at":"2013-04-01T00:05:00Z","name":"auc","run":"flight-delay/2","step":0,"value":0.71}');
CREATE TABLE "model" (
    "model" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model")
) STRICT, WITHOUT ROWID;
INSERT INTO "model" VALUES('flight-delay',21,'{"created_at":"2013-04-01T00:01:00Z","created_by":"ana","evidence":2,"name":"flight-delay","promotions":2,"requests":2,"versions":2}');
CREATE TABLE node (
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "node" VALUES(0,0,X'6188D5EC883AE91C6AD7DF3D638F310CB21E173E7F2D83BAC681FECD1693348F');
INSERT INTO "node" VALUES(0,1,X'80CA36E8CF3CFED9152201A62C77DB6DEA38E932C067AACD2B7082AAEB2FF78E');
INSERT INTO "node" VALUES(0,2,X'669B2683D2B49D7F37FEB29BE5C2E470DDA591278C72DA700E1B73E15E8CDA42');
INSERT INTO "node" VALUES(0,3,X'DF0AB86A46F655F43AD32C4819B8A908041B61E2F9C0168905E0269C9712F0B7');
INSERT INTO "node" VALUES(0,4,X'AB289A0E347C834763203C7735F96BA51E58C9A5CCCE1B3941654D2C9B7318B2');
INSERT INTO "node" VALUES(0,5,X'49996D8CB8579681C6F117F48A2A4CA914A1BCAD4BC062CE883F2A41E31C714B');
INSERT INTO "node" VALUES(0,6,X'5A6D8CD6199C2AA4AFB2874BA6C240355A91D7C174CD1BED2258A65EB751148B');
INSERT INTO "node" VALUES(0,7,X'DAB0107448FEFFA238D47EFDDB7EB91278BB6E35F82D112F09F35288465DC6DC');
INSERT INTO "node" VALUES(0,8,X'7F335ADE6A3989586B4955AECE222822511F182DD5C98683D41299EE23393912');
INSERT INTO "node" VALUES(0,9,X'D9852D871E233221EB3777C43B7B25C8C2514B052D19A6B747F9FBEE6FA4A415');
INSERT INTO "node" VALUES(0,10,X'3F38090BAA627BEA6A3357873D4514E0E97259105E910AA5805B5ECAFADD027B');
INSERT INTO "node" VALUES(0,11,X'ABBC98B42E916916C2A74DB04C23AEB5BB9E1F44D09C66E8ED94F8DDBC317912');
INSERT INTO "node" VALUES(0,12,X'4311195A8EC93D74F91B0135651A4B5B3C4F277BA163FCAFE5C09DF006EFF9DD');
INSERT INTO "node" VALUES(0,13,X'60DFC2567FED120045A300B0E4602D20014CC9E221305E735903592B346AC90D');
INSERT INTO "node" VALUES(0,14,X'39BE035DD64BFB9364AC2A6D60BB0064ABE06ECED1AC20B8134A553C8A57C51A');
INSERT INTO "node" VALUES(0,15,X'F1E944E32B3B4AF25CD342620E05DC801C8B0D0B72FFD460D38F9EF19410CD08');
INSERT INTO "node" VALUES(0,16,X'3B8C3FAB0D84BD1E986509E566717103CBC0CA52D822015025D62B9186170B83');
INSERT INTO "node" VALUES(0,17,X'D3B049CE60B91CFF5E90045DE94E1E78EA24814D06FACA0BD357B6EE98F0E363');
INSERT INTO "node" VALUES(0,18,X'90B2090DFCFBD8DD9B8D777BCA2394199EC46050EEFBAF5894313885164309E6');
INSERT INTO "node" VALUES(0,19,X'1B1A9FEE861E82CA9C7A2CEE19CA92369AE4255025929CF08D49DC33CC2D0699');
INSERT INTO "node" VALUES(0,20,X'CFDCABF8D2B319E180C646E9660ACE3BAB712368D96686A17C23C3F7FA1F9E84');
INSERT INTO "node" VALUES(0,21,X'A1AFBA3112BEBAE530E7B543C0E82B5FF896B25BA47BECC3513BB00C6658F2B9');
INSERT INTO "node" VALUES(1,0,X'E80F31190C886472580BE4C86475CC01CC71F2A3C09267CFE4D5E231A9A3C10D');
INSERT INTO "node" VALUES(1,1,X'F01D25ADD68EA1F82C594F63BC7460B7CF61A69B218D506896A6F52606557837');
INSERT INTO "node" VALUES(1,2,X'63976F09115E673221E62B9F0455C60E9483198747F30FE205FA24D99BFEF66B');
INSERT INTO "node" VALUES(1,3,X'FE3977E707AC9E3F502E603C3FC2B5E7F1096404D5FF32B15FA3E67249DA66F2');
INSERT INTO "node" VALUES(1,4,X'128741BC08E5BE53BEFC24DED229ECDA84582865A8BDE8A03CE6F6894E3BDB4E');
INSERT INTO "node" VALUES(1,5,X'9B0C7702139FF6C55AEB073D82F30578D937349031847F7E898B6941A1A4B1FA');
INSERT INTO "node" VALUES(1,6,X'6DBE4B43866A900C32C00113AAD9249D19E090C663BD2D174F45B7FAD1865B63');
INSERT INTO "node" VALUES(1,7,X'A7B39A2A05D66B85D2B3DA32353864E297EBD2A400A089C1380BBDD10491C786');
INSERT INTO "node" VALUES(1,8,X'9AEF001BF71C5503632F63E899E777FCEBC0A605E63B2DB4D2885CBF334C7396');
INSERT INTO "node" VALUES(1,9,X'E06573EF0E411C1C17FD910DA65300820374E49A87E976A8FF5DB3E856AF9D52');
INSERT INTO "node" VALUES(1,10,X'4357E58F55BF01A7D77C27CC61D85A1DEEF4DFBFFB5D1089F68BF8A412C12A97');
INSERT INTO "node" VALUES(2,0,X'6FEB6C5C0A5EC959EDDCABEC2A6916EE61D5D38586E2A69DE74EED7C1C1930B2');
INSERT INTO "node" VALUES(2,1,X'C3423E9026DF705D575DF26A5A5A7CED67267E1DA0F076BE26CA2BFECC59D018');
INSERT INTO "node" VALUES(2,2,X'4F073AB3E890D8B8E56F500886124BA563BF0E2ECC4D4BD15CB5DCA2C31AB846');
INSERT INTO "node" VALUES(2,3,X'3183C400B8BDA78148413FFE07EA5DF3277B1BA97C4FAE5BFFA721D0CA96CCB6');
INSERT INTO "node" VALUES(2,4,X'F703F4EA3B255161C1AB4EBBE2048A568D0DA1EC57281664E744138B8467450E');
INSERT INTO "node" VALUES(3,0,X'FD9CB3E6BB0B18B4D27169FEE7E4E0665CDB0B89B2AD32C4AC5492C65890B2FC');
INSERT INTO "node" VALUES(3,1,X'6D6A5BC96803E30A2CBE9B17DBC0737C83A6E949C3325E357BC5AD4CB2270136');
INSERT INTO "node" VALUES(4,0,X'98A73773E05598656464F8A2F8AF7ACDA658ADAD08864E767481ECC7C08DA52A');
CREATE TABLE "param" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
) STRICT, WITHOUT ROWID;
INSERT INTO "param" VALUES('flight-delay',1,'trees',7,'{"name":"trees","run":"flight-delay/1","value":"100"}');
INSERT INTO "param" VALUES('flight-delay',2,'trees',15,'{"name":"trees","run":"flight-delay/2","value":"100"}');
CREATE TABLE "policy" (
    "stage" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("stage")
) STRICT, WITHOUT ROWID;
INSERT INTO "policy" VALUES('production',4,'{"approvals":1,"gates":{"production gate":null},"stage":"production"}');
CREATE TABLE "promotion" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "promotion" VALUES('flight-delay',1,13,'{"approved_by":["ben"],"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","number":1,"promoted_at":"2013-04-01T00:04:00Z","promoted_by":"dora","replaced":null,"request":1,"version":"1.0.0"}');
INSERT INTO "promotion" VALUES('flight-delay',2,21,'{"approved_by":["ben"],"artifact":"sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb","evidence":["sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"model":"flight-delay","number":2,"promoted_at":"2013-04-01T00:08:00Z","promoted_by":"dora","replaced":"1.0.0","request":2,"version":"1.1.0"}');
CREATE TABLE "registry" (
    "part" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("part")
) STRICT, WITHOUT ROWID;
INSERT INTO "registry" VALUES('registry',0,'{"created_at":"2013-04-01T00:00:00Z","created_by":"root","origin":"registry.example"}');
CREATE TABLE "request" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
INSERT INTO "request" VALUES('flight-delay',1,13,'{"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":["sha256:8b4f13861a642889ce2e17b28bce7b2c1e73c678193ca12c0773a16199442837"],"model":"flight-delay","number":1,"replaces":null,"requested_at":"2013-04-01T00:03:00Z","requested_by":"ana","state":"done","version":"1.0.0"}');
INSERT INTO "request" VALUES('flight-delay',2,21,'{"artifact":"sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb","evidence":["sha256:639927a97dafe9c1c25218e224e5f782b6c0149db73e9220da43ba7383c8a253"],"model":"flight-delay","number":2,"replaces":"1.0.0","requested_at":"2013-04-01T00:07:00Z","requested_by":"ana","state":"done","version":"1.1.0"}');
CREATE TABLE "run" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run")
) STRICT, WITHOUT ROWID;
INSERT INTO "run" VALUES('flight-delay',1,8,'{"ended_at":"2013-04-01T00:01:00Z","id":"flight-delay/1","name":"gbdt","started_at":"2013-04-01T00:01:00Z","started_by":"ana","status":"finished"}');
INSERT INTO "run" VALUES('flight-delay',2,16,'{"ended_at":"2013-04-01T00:05:00Z","id":"flight-delay/2","name":"gbdt","started_at":"2013-04-01T00:05:00Z","started_by":"ana","status":"finished"}');
CREATE TABLE "stage" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;
INSERT INTO "stage" VALUES('flight-delay','1.0.0',21,'{"by":"dora","model":"flight-delay","since":"2013-04-01T00:08:00Z","stage":"archived","version":"1.0.0"}');
INSERT INTO "stage" VALUES('flight-delay','1.1.0',21,'{"by":"dora","model":"flight-delay","since":"2013-04-01T00:08:00Z","stage":"production","version":"1.1.0"}');
CREATE TABLE "tag" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
) STRICT, WITHOUT ROWID;
CREATE TABLE "version" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;
INSERT INTO "version" VALUES('flight-delay','1.0.0',9,'{"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","description":"","flavour":"lightgbm-text","lineage":{"data":[["flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"]],"metrics":{"auc":0.71},"params":{"trees":"100"},"window":{"from":"2013-01-01T00:00:00Z","until":"2013-03-01T00:00:00Z"}},"made_by":"ana","model":"flight-delay","number":1,"registered_at":"2013-04-01T00:01:00Z","registered_by":"ana","run":"flight-delay/1","version":"1.0.0"}');
INSERT INTO "version" VALUES('flight-delay','1.1.0',17,'{"artifact":"sha256:42accee07c9d56fb4c5587231fb74f0061652704a1d7aee59e344b05e0b7a5eb","description":"","flavour":"lightgbm-text","lineage":{"data":[["flights.parquet","sha256:c8cf489ed229d3a214f17b2a755287289ef1fd56a807c65012dfb39e8cf44d8e"]],"metrics":{"auc":0.71},"params":{"trees":"100"},"window":{"from":"2013-01-01T00:00:00Z","until":"2013-03-01T00:00:00Z"}},"made_by":"ana","model":"flight-delay","number":2,"registered_at":"2013-04-01T00:05:00Z","registered_by":"ana","run":"flight-delay/2","version":"1.1.0"}');
COMMIT;
